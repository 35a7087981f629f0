// node-postgres, told what to do line by line (bench/matrix/drivers.py): connect, run, begin, commit, rollback, close.

const { Client, types } = require('pg')
const readline = require('node:readline')

let client = null
let prepared = false
const names = new Map()

const commands = {
  async connect (host, port, user, password, database, application, how) {
    types.setTypeParser(20, String)
    prepared = how === 'prepared'
    client = new Client({ host, port: Number(port), user, password, database, application_name: application })
    client.on('error', () => {})
    await client.connect()
    return []
  },
  async run (how, text, ...values) {
    const query = { text, rowMode: 'array' }
    if (values.length > 0) query.values = values.map(value => value[0] === 'i' ? Number(value.slice(1)) : value.slice(1))
    if (prepared && how === 'prepared') {
      if (!names.has(text)) names.set(text, `s${names.size}`)
      query.name = names.get(text)
    }
    const { fields, rows } = await client.query(query)
    return [fields.length, ...fields.map(field => field.name), ...rows.flat()]
  },
  async begin () { await client.query('BEGIN'); return [] },
  async commit () { await client.query('COMMIT'); return [] },
  async rollback () { await client.query('ROLLBACK'); return [] },
  async close () { await client.end(); return [] }
}

function escaped (field) {
  if (field === null) return '\\N'
  const letters = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
  return String(field).replace(/[\\\t\n\r]/g, letter => letters[letter])
}

function unescaped (field) {
  const letters = { t: '\t', n: '\n', r: '\r', '\\': '\\' }
  return field.replace(/\\(.)/g, (_, letter) => letters[letter])
}

async function main () {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, ...fields] = line.split('\t').map(unescaped)
    try {
      console.log(['ok', ...await commands[command](...fields)].map(escaped).join('\t'))
    } catch (problem) {
      console.log(['error', problem.code || '', problem.message].map(escaped).join('\t'))
    }
  }
}

main().then(() => process.exit())
