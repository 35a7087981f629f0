/* What _stream.c knows of PostgreSQL's protocol: exchanges of one client's chunk and its answer that are repeated.
 *
 * Told by their bytes alone, without Python. Whatever is not known here for certain goes the long way: ClientStream and
 * ServerStream (wire/) are the reference, and these functions take only what both `receive`s take as a whole.
 */

#ifndef LINTEL_EXCHANGE_H
#define LINTEL_EXCHANGE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "_shape.h"

struct piece {
    const char *bytes;
    ptrdiff_t size;
};

struct exchange {
    struct piece ahead;   /* a Query, or the key of its shape if it stands for all that are alike; or the Parse that the
                             client sends each time, empty where it sends none */
    struct piece instead; /* what the server gets in its place, if that is something else */
    struct piece bind;    /* of the Bind behind its header: the portal's name, which is empty, and the statement's */
    struct piece tail;    /* behind the Bind: Describe perhaps, Execute and Sync */
    struct piece opening; /* of the answer: all before its rows; of a Query's nothing is known */
};

enum { FRAME_HEADER = 5, READY_SIZE = 6 };

static uint32_t
length_at(const char *at)
{
    const unsigned char *length = (const unsigned char *)at;

    return (uint32_t)length[0] << 24 | (uint32_t)length[1] << 16 | (uint32_t)length[2] << 8 | length[3];
}

static int
is_at(const char *data, struct piece piece)
{
    return memcmp(data, piece.bytes, piece.size) == 0;
}

/* What tells most exchanges from one another, in a chunk that may ask for one: the Query or the Parse that it begins with, or
 * else the names in the Bind. Empty: it asks for none. */
static struct piece
key_in(const char *data, ptrdiff_t size)
{
    struct piece key = {data, 0};
    const char *portal = data + FRAME_HEADER, *name = portal + 1, *end;

    if (size > FRAME_HEADER + 1 && data[0] == 'B' && !*portal) {
        end = memchr(name, 0, data + size - name);
        key.bytes = portal;
        key.size = end != NULL ? end + 1 - portal : 0;
    }
    else if (size > FRAME_HEADER && (data[0] == 'Q' || data[0] == 'P')) {
        int64_t whole = (int64_t)length_at(data + 1) + 1;
        key.size = whole <= size ? (ptrdiff_t)whole : 0;
    }
    return key;
}

/* The shape of a Query that is all of a chunk (see _shape.h), written to `key`; -1: it is something else, or gives up. */
static ptrdiff_t
shape_in(const char *data, ptrdiff_t size, char key[SHAPED])
{
    if (size < FRAME_HEADER + 1 || data[0] != 'Q' || (int64_t)length_at(data + 1) + 1 != size || data[size - 1])
        return -1;
    return shape_of(data + FRAME_HEADER, size - FRAME_HEADER - 1, key);
}

/* Where the Bind begins in a chunk that asks for the exchange once more, with whatever values (of a Query, where it ends);
 * -1: it is something else. */
static ptrdiff_t
asked_again(const struct exchange *exchange, const char *data, ptrdiff_t size)
{
    ptrdiff_t bind = exchange->ahead.size, named = bind + FRAME_HEADER, values = named + exchange->bind.size;
    ptrdiff_t tail = size - exchange->tail.size;

    if (!exchange->bind.size)
        return size == exchange->ahead.size && is_at(data, exchange->ahead) ? size : -1;
    if (tail < values || data[bind] != 'B')
        return -1;
    if ((int64_t)length_at(data + bind + 1) + bind + 1 != tail) /* one Bind, which ends where the rest begins */
        return -1;
    if (!is_at(data + named, exchange->bind) || !is_at(data + tail, exchange->tail) || !is_at(data, exchange->ahead))
        return -1;
    return bind;
}

/* Where the CommandComplete begins in a chunk that is the whole of an answer without an error; -1: it is something else. */
static ptrdiff_t
answered_whole(const struct exchange *exchange, const char *data, ptrdiff_t size)
{
    ptrdiff_t ready = size - READY_SIZE, at = exchange->opening.size;

    if (ready < at || !is_at(data, exchange->opening))
        return -1;
    if (!exchange->bind.size && size > FRAME_HEADER && data[0] == 'T') { /* the rows of a Query, if it has some */
        uint32_t length = length_at(data + 1);
        if (length < 4 || length > (uint64_t)ready)
            return -1;
        at = 1 + (ptrdiff_t)length;
    }
    while (at + FRAME_HEADER <= ready) {
        uint32_t length = length_at(data + at + 1);
        if (length < 4)
            return -1;
        if (data[at] == 'C' && (int64_t)at + 1 + length == ready)
            return data[ready] == 'Z' && length_at(data + ready + 1) == 5 ? at : -1;
        if (data[at] != 'D' || length > (uint64_t)(ready - at))
            return -1;
        at += 1 + (ptrdiff_t)length;
    }
    return -1;
}

#endif
