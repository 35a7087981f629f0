/* The shape of a text as lintel/sql/literals.py tells it, which is the reference: its key, SQL without literals.
 *
 * It gives up on still more texts than that does: on comments, which may tell who asks, and on every byte of which what it
 * means depends on the session (backslashes, all that is not ASCII). Where it does not, the key is the same.
 */

#ifndef LINTEL_SHAPE_H
#define LINTEL_SHAPE_H

#include <stddef.h>
#include <string.h>

enum {
    SHAPED = 2048, /* bytes of a text at most, and so of a key: no placeholder is longer than what it stands for */
    HOLES = 24,    /* literals of a text at most: of more the policy may want to know more */
    DIGITS = 100,  /* of a number at most, likewise */
};

/* Up to DOLLAR they make up a word. */
enum kind { WORD, DIGIT, DOLLAR, OTHER, SPACE, QUOTE, QUOTED, POINT, MINUS, SLASH, AMPERSAND, STRANGE };

static enum kind
kind_of(char byte)
{
    switch (byte) {
    case '$':
        return DOLLAR;
    case '\'':
        return QUOTE;
    case '"':
        return QUOTED;
    case '.':
        return POINT;
    case '-':
        return MINUS;
    case '/':
        return SLASH;
    case '&':
        return AMPERSAND;
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case '\f':
    case '\v':
        return SPACE;
    case '\\':
    case '\0':
        return STRANGE;
    }
    if (byte & 0x80)
        return STRANGE;
    if (byte >= '0' && byte <= '9')
        return DIGIT;
    if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_')
        return WORD;
    return OTHER;
}

/* What stands for a whole number: 1 where the server's scanner would give ICONST, else 1.0. */
static const char *
placeholder_of(const char *digits, ptrdiff_t size)
{
    long long value = 0;

    while (size-- && value < 1LL << 31)
        value = value * 10 + (*digits++ - '0');
    return value < 1LL << 31 ? "1" : "1.0";
}

/* Bytes of the key that has been written; -1: it has given up, or there is no literal. */
static ptrdiff_t
shape_of(const char *text, ptrdiff_t size, char key[SHAPED])
{
    static unsigned char kinds[256];
    const char *placeholder;
    ptrdiff_t at = 0, pos = 0, start, written = 0, after;
    int holes = 0;

    if (size > SHAPED)
        return -1;
    if (!kinds[0]) { /* a NUL is STRANGE */
        int byte;
        for (byte = 255; byte >= 0; byte--)
            kinds[byte] = kind_of((char)byte);
    }
#define KIND(pos) kinds[(unsigned char)text[pos]]
    while (pos < size) {
        enum kind kind = KIND(pos);
        start = pos++;
        placeholder = NULL;
        switch (kind) {
        case WORD:
            while (pos < size && KIND(pos) <= DOLLAR)
                pos++;
            break;
        case DIGIT:
            while (pos < size && KIND(pos) == DIGIT)
                pos++;
            if (pos - start >= DIGITS)
                return -1;
            placeholder = placeholder_of(text + start, pos - start);
            if (pos < size && KIND(pos) == POINT) {
                after = ++pos;
                while (pos < size && KIND(pos) == DIGIT)
                    pos++;
                if (pos == after)
                    return -1;
                placeholder = "1.0";
            }
            if (pos < size && (KIND(pos) <= DOLLAR || KIND(pos) == POINT))
                return -1;
            break;
        case QUOTE:
        case QUOTED:
            if (start && (KIND(start - 1) <= DOLLAR || KIND(start - 1) == AMPERSAND))
                return -1; /* a prefix */
            while (pos < size && KIND(pos) != kind && KIND(pos) != STRANGE)
                pos++;
            if (pos >= size || KIND(pos) == STRANGE)
                return -1;
            pos++;
            if (kind == QUOTED)
                break; /* what comes right behind a doubled quote is skipped as another name */
            for (after = pos; after < size && KIND(after) == SPACE; after++)
                ;
            if (after < size && KIND(after) == QUOTE)
                return -1; /* a doubled quote, or a continuation */
            placeholder = "''";
            break;
        case DOLLAR:
            if (pos >= size || KIND(pos) != DIGIT)
                return -1;
            while (pos < size && KIND(pos) == DIGIT)
                pos++;
            if (pos < size && (KIND(pos) <= DOLLAR || KIND(pos) == POINT))
                return -1;
            break;
        case POINT:
            if (pos < size && KIND(pos) == DIGIT)
                return -1;
            break;
        case MINUS:
            if (pos < size && KIND(pos) == MINUS)
                return -1;
            break;
        case SLASH:
            if (pos < size && text[pos] == '*')
                return -1;
            break;
        case STRANGE:
            return -1;
        case OTHER:
        case SPACE:
        case AMPERSAND:
            break;
        }
        if (placeholder != NULL) {
            if (++holes > HOLES)
                return -1;
            memcpy(key + written, text + at, start - at);
            written += start - at;
            memcpy(key + written, placeholder, strlen(placeholder));
            written += (ptrdiff_t)strlen(placeholder);
            at = pos;
        }
    }
#undef KIND
    if (!holes)
        return -1;
    memcpy(key + written, text + at, size - at);
    return written + size - at;
}

#endif
