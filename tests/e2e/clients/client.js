// node-postgres through whatever listens at the URL: every check prints its name once it holds. Run as `node client.js URL`.

const assert = require('node:assert/strict')
const { Client, Pool } = require('pg')

const ssl = process.env.AUTHORITY && { ca: require('node:fs').readFileSync(process.env.AUTHORITY) }
const config = { connectionString: process.argv[2], ssl }

const checks = {
  async connect (client) {
    const { rows, fields } = await client.query('SELECT 41 + 1 AS answer')
    assert.deepEqual([rows, fields[0].name], [[{ answer: 42 }], 'answer'])
  },
  async prepared (client) {
    for (let n = 1; n <= 5; n++) {
      const { rows } = await client.query({ name: 'by-id', text: 'SELECT name FROM t WHERE id = $1', values: [n] })
      assert.equal(rows[0].name, 'n' + n)
    }
    assert.equal((await client.query('SELECT $1::text AS x', ['one'])).rows[0].x, 'one')
  },
  async rollback (client) {
    await client.query('BEGIN')
    await client.query('DELETE FROM t')
    await client.query('ROLLBACK')
    assert.equal((await client.query('SELECT count(*)::int AS n FROM t')).rows[0].n, 10)
  },
  async sqlstate (client) {
    await assert.rejects(client.query('INSERT INTO t VALUES ($1)', [1]), { code: '23505', constraint: 't_pkey' })
    await assert.rejects(client.query('SELECT id, nix FROM t'), { code: '42703', position: '12' })
    assert.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1)
  },
  async several (client) {
    const results = await client.query("SELECT 1; SELECT 2, 3; UPDATE t SET name = ''")
    assert.deepEqual(results.map(result => [result.command, result.rowCount]), [['SELECT', 1], ['SELECT', 1], ['UPDATE', 10]])
  },
  async queued (client) {
    const all = Array.from({ length: 200 }, (_, n) => client.query('SELECT $1::int AS n', [n]))
    const found = await Promise.all(all)
    assert.deepEqual(found.map(result => result.rows[0].n), Array.from({ length: 200 }, (_, n) => n))
  },
  async copy (client) {
    await copyIn(client, 'COPY t FROM STDIN', ['100\tcop', 'ied\n101\tcopied\n'])
    assert.equal((await client.query("SELECT count(*)::int AS n FROM t WHERE name = 'copied'")).rows[0].n, 2)
    const out = await copyOut(client, 'COPY (SELECT id FROM t WHERE id >= 100 ORDER BY id) TO STDOUT')
    assert.equal(out, '100\n101\n')
  },
  async cancel (client) {
    const { rows: [{ pid }] } = await client.query('SELECT pg_backend_pid() AS pid')
    assert.equal(pid, client.processID)
    const asleep = assert.rejects(client.query('SELECT pg_sleep(20)'), { code: '57014' })
    await new Promise(resolve => setTimeout(resolve, 200))
    await cancelRequest(client)
    await asleep
  },
  async notify (client) {
    const heard = new Promise(resolve => client.on('notification', resolve))
    await client.query('LISTEN news')
    const other = await opened()
    await other.query("NOTIFY news, 'hello'")
    await other.end()
    const { channel, payload } = await heard
    assert.deepEqual([channel, payload], ['news', 'hello'])
  },
  async cursor (client) {
    await client.query('BEGIN')
    await client.query('DECLARE c CURSOR FOR SELECT id FROM t ORDER BY id')
    const pieces = [await client.query('FETCH 4 FROM c'), await client.query('FETCH 4 FROM c')]
    assert.deepEqual(pieces.map(piece => piece.rows.map(row => row.id)), [[1, 2, 3, 4], [5, 6, 7, 8]])
    await client.query('COMMIT')
    const limited = await client.query({ text: 'SELECT id FROM t ORDER BY id', rows: 3 })  // portals with a row limit
    assert.equal(limited.rows.length, 10)
  },
  async large (client) {
    const { rows } = await client.query("SELECT repeat('x', 1000) AS x FROM generate_series(1, 20000)")
    assert.equal(rows.reduce((sum, row) => sum + row.x.length, 0), 20000000)
    const sent = Buffer.alloc(10000000, 7)
    const { rows: [{ back }] } = await client.query('SELECT $1::bytea AS back', [sent])
    assert.ok(sent.equals(back))
  },
  async pool () {
    const pool = new Pool({ ...config, max: 5 })
    const found = await Promise.all(Array.from({ length: 50 }, (_, n) => pool.query('SELECT $1::int AS n', [n])))
    assert.equal(found.length, 50)
    await pool.end()
  }
}

// pg leaves COPY and cancelling to whoever wants it, on the connection's own messages.

function copyIn (client, text, pieces) {
  return submit(client, text, {
    handleCopyInResponse (connection) {
      for (const piece of pieces) connection.sendCopyFromChunk(Buffer.from(piece))
      connection.endCopyFrom()
    }
  })
}

function copyOut (client, text) {
  const parts = []
  return submit(client, text, { handleCopyData (message) { parts.push(message.chunk) } })
    .then(() => Buffer.concat(parts).toString())
}

function submit (client, text, handlers) {
  return new Promise((resolve, reject) => client.query({
    submit (connection) { connection.query(text) },
    handleError: reject,
    handleReadyForQuery: resolve,
    handleCommandComplete () {},
    handleCopyData () {},
    ...handlers
  }))
}

function cancelRequest (client) {
  return new Promise((resolve, reject) => {
    const socket = require('node:net').connect(client.port, client.host, () => {
      const packet = Buffer.alloc(16)
      for (const [at, value] of [16, 80877102, client.processID, client.secretKey].entries()) packet.writeInt32BE(value, at * 4)
      socket.write(packet)
    })
    socket.on('close', resolve).on('error', reject).resume()
  })
}

async function opened () {
  const client = new Client(config)
  await client.connect()
  return client
}

async function main () {
  for (const [name, check] of Object.entries(checks)) {
    try {
      const client = await opened()
      await client.query('DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, name text)')
      await client.query("INSERT INTO t SELECT n, 'n' || n FROM generate_series(1, 10) AS n")
      await check(client)
      await client.end()
      console.log(name)
    } catch (problem) {
      console.error(`${name}: ${problem.stack}`)
    }
  }
}

main().then(() => process.exit())
