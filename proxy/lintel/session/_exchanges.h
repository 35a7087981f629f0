/* The exchanges that may pass, found by how the client's chunk begins: a hash table with open addressing.
 *
 * One thread uses a table and all that is in it, the loop's. It looks without the GIL, and without it changes nothing but
 * by how many an entry is held, which nobody else reads.
 */

#ifndef LINTEL_EXCHANGES_H
#define LINTEL_EXCHANGES_H

#include <Python.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "_exchange.h"

enum { PIECES = 5 }; /* ahead, instead, bind, tail, opening */

struct entry {
    struct exchange exchange;
    PyObject *known;          /* the exchange, as Python knows it */
    PyObject *pieces[PIECES]; /* bytes, whose `exchange` is */
    uint64_t hash;
    int held; /* by how many: tables, and sessions that have it under way */
};

struct table {
    struct entry **slots; /* `size` of them, a power of two, at most half of them taken; NULL where `size` is 0 */
    size_t size, used;
};

enum {
    FIRST_SIZE = 8,
    TRIES = 16, /* slots that are looked at: whoever finds texts of one hash gains nothing by them */
};

/* Eight bytes at a time; at the end every bit has to tell on the lowest ones, as MurmurHash3's finalizer does it. */
static uint64_t
hash_of(struct piece key)
{
    uint64_t word, hash = (uint64_t)key.size;
    const char *at = key.bytes;
    ptrdiff_t left = key.size;

    for (; left > 0; at += sizeof(word), left -= sizeof(word)) {
        word = 0;
        memcpy(&word, at, left < (ptrdiff_t)sizeof(word) ? (size_t)left : sizeof(word));
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdu;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53u;
    return hash ^ hash >> 33;
}

static void
let_go_of(struct entry *entry)
{
    int each;

    if (--entry->held)
        return;
    for (each = 0; each < PIECES; each++)
        Py_XDECREF(entry->pieces[each]);
    Py_XDECREF(entry->known);
    free(entry);
}

static void
empty(struct table *table)
{
    struct entry **slots = table->slots;
    size_t each, size = table->size;

    table->slots = NULL;
    table->size = table->used = 0;
    for (each = 0; each < size; each++)
        if (slots[each] != NULL)
            let_go_of(slots[each]);
    free(slots);
}

/* 0: too many are near its hash. */
static int
put(struct table *table, struct entry *entry)
{
    size_t slot = entry->hash & (table->size - 1);
    int tries;

    for (tries = 0; tries < TRIES; tries++, slot = (slot + 1) & (table->size - 1))
        if (table->slots[slot] == NULL) {
            table->slots[slot] = entry;
            table->used++;
            return 1;
        }
    return 0;
}

/* -1: no memory. What finds no place any more is let go of. */
static int
grow(struct table *table)
{
    struct table larger = {NULL, table->size ? table->size * 2 : FIRST_SIZE, 0};
    size_t each;

    larger.slots = calloc(larger.size, sizeof(*larger.slots));
    if (larger.slots == NULL)
        return -1;
    for (each = 0; each < table->size; each++)
        if (table->slots[each] != NULL && !put(&larger, table->slots[each]))
            let_go_of(table->slots[each]);
    free(table->slots);
    *table = larger;
    return 0;
}

/* Where the next entry with this hash is, `tries` slots having been looked at; NULL: there is none. */
static struct entry **
next_of(const struct table *table, uint64_t hash, int *tries)
{
    while (table->size && *tries < TRIES) {
        struct entry **place = &table->slots[(hash + (uint64_t)(*tries)++) & (table->size - 1)];
        if (*place == NULL)
            return NULL;
        if ((*place)->hash == hash)
            return place;
    }
    return NULL;
}

static int
has_key(const struct entry *entry, struct piece key)
{
    return entry->exchange.ahead.size == key.size && is_at(key.bytes, entry->exchange.ahead);
}

/* Where the one is that Python knows as `known`; or, of a Query, the one with that very key, which it takes the place of.
 * NULL: there is none. */
static struct entry **
find(const struct table *table, struct piece key, PyObject *known, int query)
{
    uint64_t hash = hash_of(key);
    struct entry **place;
    int tries = 0;

    while ((place = next_of(table, hash, &tries)) != NULL)
        if ((*place)->known == known || (query && has_key(*place, key)))
            break;
    return place;
}

/* The one that stands for a Query and all that are of its shape; NULL: there is none. Needs no GIL. */
static struct entry *
alike(const struct table *table, const char *data, ptrdiff_t size)
{
    char text[SHAPED];
    struct piece key = {text, table->used ? shape_in(data, size, text) : -1};
    struct entry **place;
    uint64_t hash;
    int tries = 0;

    if (key.size <= 0)
        return NULL;
    hash = hash_of(key);
    while ((place = next_of(table, hash, &tries)) != NULL)
        if (has_key(*place, key))
            return *place;
    return NULL;
}

/* The one that a chunk asks for, with where its Bind begins in `at`; NULL: it asks for none. Needs no GIL. */
static struct entry *
asked_for(const struct table *table, const char *data, ptrdiff_t size, ptrdiff_t *at)
{
    struct piece key = key_in(data, size);
    struct entry **place;
    uint64_t hash;
    int tries = 0;

    if (!key.size || !table->used)
        return NULL;
    hash = hash_of(key);
    while ((place = next_of(table, hash, &tries)) != NULL)
        if ((*at = asked_again(&(*place)->exchange, data, size)) >= 0)
            return *place;
    return NULL;
}

/* A table of `most` at most keeps it; where too many are near its hash, in vain. -1: no memory. */
static int
keep(struct table *table, struct entry *entry, size_t most)
{
    if (table->used >= most)
        empty(table);
    if ((table->used + 1) * 2 > table->size && grow(table) < 0)
        return -1;
    entry->held += put(table, entry);
    return 0;
}

/* What `known` and its pieces are from here on; held by the caller as well. NULL: no memory. */
static struct entry *
enter(struct table *table, size_t most, PyObject *known, PyObject *const *pieces)
{
    struct piece at[PIECES], key;
    struct entry *entry, **place;
    int each;

    for (each = 0; each < PIECES; each++) {
        at[each].bytes = PyBytes_AS_STRING(pieces[each]);
        at[each].size = PyBytes_GET_SIZE(pieces[each]);
    }
    key = at[0].size ? at[0] : at[2];
    place = find(table, key, known, !at[2].size);
    if (place != NULL && (*place)->known == known)
        entry = *place;
    else {
        entry = calloc(1, sizeof(*entry));
        if (entry == NULL)
            return NULL;
        entry->hash = hash_of(key);
        Py_INCREF(known);
        entry->known = known;
        if (place != NULL) {
            struct entry *other = *place;
            entry->held = 1;
            *place = entry;
            let_go_of(other);
        }
        else if (keep(table, entry, most) < 0) {
            Py_DECREF(known);
            free(entry);
            return NULL;
        }
    }
    for (each = 0; each < PIECES; each++) {
        Py_INCREF(pieces[each]);
        Py_XSETREF(entry->pieces[each], pieces[each]);
    }
    entry->exchange = (struct exchange){at[0], at[1], at[2], at[3], at[4]};
    entry->held++;
    return entry;
}

#endif
