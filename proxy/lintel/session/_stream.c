/* A connected socket on uvloop's loop without uvloop's transport: what the compiled build moves bytes with.
 *
 * Stream has of asyncio.Transport what a session uses, with the same meaning; docs/decisions.md says what it gains.
 * It is driven by libuv itself (uv_poll_t), whose functions are found in uvloop's own library: uvloop hands out the loop
 * for this (libuv_get_loop_t_ptr) but brings no headers. Used are functions, constants and the rule that a handle begins
 * with `void *data`, all of which libuv 1.x keeps as they are.
 *
 * Of PostgreSQL it knows no more than _exchange.h: what a client asks for again is passed on between its two streams,
 * and so is the answer, ahead of Python and without the GIL, see Shortcut.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "_exchange.h"
#include "_exchanges.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* Python ignores SIGPIPE in any case */
#endif

/* From libuv's uv.h. */
enum { UV_CHECK = 2, UV_POLL = 8 };
enum { UV_READABLE = 1, UV_WRITABLE = 2 };
typedef void (*poll_cb)(void *handle, int status, int events);
typedef void (*check_cb)(void *handle);
typedef void (*close_cb)(void *handle);

static struct {
    unsigned int (*version)(void);
    size_t (*handle_size)(int type);
    int (*poll_init)(void *loop, void *handle, int fd);
    int (*poll_start)(void *handle, int events, poll_cb ready);
    int (*poll_stop)(void *handle);
    int (*check_init)(void *loop, void *handle);
    int (*check_start)(void *handle, check_cb done);
    void (*unref)(void *handle);
    void (*close)(void *handle, close_cb closed);
} uv;

/* What uvloop's transports have: see asyncio.WriteTransport.set_write_buffer_limits. */
enum { HIGH_WATER = 64 * 1024, LOW_WATER = 16 * 1024 };

/* Read at once: it stays in the processor's caches until it has been sent on, and malloc does not map it anew. */
enum { CHUNK = 64 * 1024, CHUNKS = 4 };

/* A loop that has streams. uvloop runs libuv without the GIL; the first stream of a turn takes it, for all that are ready
 * in it: taken and left for each of them it is a tenth of what a query costs. libuv calls `done` right behind them. */
struct turn {
    struct turn *next; /* of all loops */
    void *loop;
    int streams;
    int held;
    PyGILState_STATE gil;
    char chunk[CHUNK]; /* what is read, and never kept across a call of Python */
    void *unused;      /* for the alignment of what follows */
    char handle[];
};

typedef struct shortcut Shortcut;

typedef struct stream {
    PyObject_HEAD
    struct turn *turn;
    struct stream *previous, *next; /* of all that are open */
    struct watch *watch;            /* NULL as soon as it has closed */
    int fd;
    int watched;       /* the events that libuv has been asked for */
    char reading;      /* as the protocol wants it */
    char ended;        /* the peer has sent its last byte */
    char closing;      /* nothing is read any more, what is queued still goes */
    char lost;         /* connection_lost is on its way, nothing goes */
    char plenty;       /* the last chunk was a large one */
    char paused;       /* the protocol has been told to pause writing */
    char ended_writing; /* write_eof() was called; it goes when what is queued has gone */
    PyObject *loop, *socket, *protocol;
    PyObject *received; /* protocol.data_received */
    PyObject *queue;    /* list of bytes; of the first, `sent` bytes have gone */
    Py_ssize_t sent;
    Py_ssize_t queued; /* bytes that are still to go */
    Shortcut *shortcut; /* between it and its session's other one */
} Stream;

/* Other threads of Python run while the loop is in one of its callbacks and has not taken the GIL; but what is read or
 * written there, only the loop's own thread ever writes. */
struct shortcut {
    PyObject_HEAD
    Stream *client, *server; /* NULL as soon as either has closed */
    char state;
    struct entry *entry; /* what is under way, NOTED or AHEAD */
    struct table own;    /* what this session may pass, besides `queries` */
    struct passing *queries;
    PyObject *asked, *answered;
    double heard;        /* when the client's chunk came, as time.monotonic() tells it */
    Py_ssize_t received; /* bytes of that chunk */
};

/* Queries that may pass in every session of a context. */
struct passing {
    PyObject_HEAD
    struct table exactly, alike;
};

/* What a session may have at most, and a context: more than its sessions ask for again and again. */
enum { OWN = 256, QUERIES = 2048 };

enum {
    SHUT,  /* everything goes the long way */
    OPEN,  /* nothing is under way; what is known is passed on if it comes */
    NOTED, /* it is under way, and came the long way */
    AHEAD, /* it is under way, and Python has not been told */
};

/* libuv's handle, of a size that it tells itself, behind a pointer to its owner. `data` of the handle stays NULL: what
 * uvloop finds there it takes for a handle of its own. */
struct watch {
    Stream *owner;
    void *unused; /* for the alignment of what follows */
    char handle[];
};

static Stream *open_streams;
static struct turn *turns;

static void on_ready(void *handle, int status, int events);

static struct watch *
watch_of(void *handle)
{
    return (struct watch *)((char *)handle - offsetof(struct watch, handle));
}

static void
on_closed(void *handle)
{
    free(watch_of(handle));
}

static struct turn *
turn_of(void *handle)
{
    return (struct turn *)((char *)handle - offsetof(struct turn, handle));
}

static void
on_turn_closed(void *handle)
{
    free(turn_of(handle));
}

/* The last of its streams has closed; needs the GIL. */
static void
end_turn(struct turn *turn)
{
    struct turn **at = &turns;

    while (*at != turn)
        at = &(*at)->next;
    *at = turn->next;
    uv.close(turn->handle, on_turn_closed);
}

/* What was ready has been served: others may have the GIL, while the loop waits at the latest. */
static void
on_turn_done(void *handle)
{
    struct turn *turn = turn_of(handle);

    if (!turn->held)
        return;
    turn->held = 0;
    if (!turn->streams)
        end_turn(turn);
    PyGILState_Release(turn->gil);
}

/* For all that is ready in this turn. */
static void
take_gil(struct turn *turn)
{
    if (turn->held)
        return;
    turn->gil = PyGILState_Ensure();
    turn->held = 1;
}

/* That of the loop, with one stream more; NULL where there is no memory. */
static struct turn *
join_turn(void *loop)
{
    struct turn *turn = turns;

    while (turn != NULL && turn->loop != loop)
        turn = turn->next;
    if (turn == NULL) {
        turn = calloc(1, sizeof(struct turn) + uv.handle_size(UV_CHECK));
        if (turn == NULL)
            return NULL;
        turn->loop = loop;
        uv.check_init(loop, turn->handle);
        uv.check_start(turn->handle, on_turn_done);
        uv.unref(turn->handle);
        turn->next = turns;
        turns = turn;
    }
    turn->streams++;
    return turn;
}

/* One stream less. A turn that is under way still has the GIL to give back, and ends itself. */
static void
leave_turn(struct turn *turn)
{
    if (!--turn->streams && !turn->held)
        end_turn(turn);
}

static int
may_receive(Stream *self)
{
    return self->watch != NULL && self->received != NULL && self->reading && !self->closing && !self->ended;
}

/* Ask libuv for what is wanted now. */
static void
watch(Stream *self)
{
    int wanted = 0;

    if (self->watch == NULL)
        return;
    if (may_receive(self))
        wanted |= UV_READABLE;
    if (self->queued && !self->lost)
        wanted |= UV_WRITABLE;
    if (wanted == self->watched)
        return;
    self->watched = wanted;
    if (wanted)
        uv.poll_start(self->watch->handle, wanted, on_ready);
    else
        uv.poll_stop(self->watch->handle);
}

/* The other one of the session has nobody to pass anything to. */
static void
part(Stream *self)
{
    Shortcut *shortcut = self->shortcut;

    if (shortcut == NULL)
        return;
    self->shortcut = NULL;
    shortcut->client = shortcut->server = NULL;
    Py_DECREF(shortcut);
}

/* Let go of the socket. The reference that an open stream has to itself is the caller's to drop. */
static void
release(Stream *self)
{
    struct watch *watch = self->watch;
    PyObject *closed;

    self->watch = NULL;
    self->fd = -1;
    self->closing = self->lost = 1;
    if (self->previous)
        self->previous->next = self->next;
    else
        open_streams = self->next;
    if (self->next)
        self->next->previous = self->previous;
    self->previous = self->next = NULL;
    part(self);
    uv.close(watch->handle, on_closed); /* it is out of epoll when this returns, so the socket may be closed */
    leave_turn(self->turn);
    closed = PyObject_CallMethod(self->socket, "close", NULL);
    if (closed == NULL)
        PyErr_WriteUnraisable(self->socket);
    Py_XDECREF(closed);
}

static void
forget_queue(Stream *self)
{
    if (PyList_SetSlice(self->queue, 0, PyList_GET_SIZE(self->queue), NULL) < 0)
        PyErr_WriteUnraisable((PyObject *)self);
    self->sent = self->queued = 0;
}

/* Call a method of the protocol; its result, NULL where it raised. */
static PyObject *
tell(Stream *self, const char *method, PyObject *argument)
{
    PyObject *result, *protocol = self->protocol;

    if (protocol == NULL)
        Py_RETURN_NONE;
    Py_INCREF(protocol);
    result = argument ? PyObject_CallMethod(protocol, method, "O", argument) : PyObject_CallMethod(protocol, method, NULL);
    Py_DECREF(protocol);
    return result;
}

/* The protocol gets connection_lost(exception) in a turn of its own, as with every transport. */
static void
lose(Stream *self, PyObject *exception)
{
    PyObject *method, *scheduled = NULL;

    if (self->lost)
        return;
    self->closing = self->lost = 1;
    forget_queue(self);
    watch(self);
    method = PyObject_GetAttrString((PyObject *)self, "_lost");
    if (method != NULL)
        scheduled = PyObject_CallMethod(self->loop, "call_soon", "OO", method, exception);
    if (scheduled == NULL)
        PyErr_WriteUnraisable((PyObject *)self);
    Py_XDECREF(scheduled);
    Py_XDECREF(method);
}

/* The same, with the OSError that errno stands for. */
static void
lose_by_errno(Stream *self)
{
    PyObject *type, *value, *traceback;

    PyErr_SetFromErrno(PyExc_OSError);
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    lose(self, value ? value : Py_None);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}

/* The protocol has raised: the loop's exception handler is told, and the connection ends. */
static void
broken(Stream *self)
{
    PyObject *type, *value, *traceback, *handled;

    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback != NULL)
        PyException_SetTraceback(value, traceback);
    handled = PyObject_CallMethod(
        self->loop, "call_exception_handler", "{s:s,s:O,s:O,s:O}", "message", "a protocol has raised an exception",
        "exception", value, "transport", self, "protocol", self->protocol ? self->protocol : Py_None);
    if (handled == NULL)
        PyErr_WriteUnraisable((PyObject *)self);
    Py_XDECREF(handled);
    lose(self, value);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}

static int
would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Read nothing more; what is queued still goes. */
static void
close_when_flushed(Stream *self)
{
    if (self->closing)
        return;
    self->closing = 1;
    watch(self);
    if (!self->queued)
        lose(self, Py_None);
}

/* The peer has sent its last byte. */
static void
receive_eof(Stream *self)
{
    PyObject *stays;

    self->ended = 1;
    watch(self);
    stays = tell(self, "eof_received", NULL);
    if (stays == NULL)
        broken(self);
    else if (PyObject_IsTrue(stays) < 1)
        close_when_flushed(self);
    Py_XDECREF(stays);
}

/* Everything goes the long way from here on, and Python is told what it does not know yet; -1: it has raised. */
static int
shut(Shortcut *self)
{
    struct entry *entry = self->entry;
    char state = self->state;
    PyObject *told = Py_None;

    self->state = SHUT;
    self->entry = NULL;
    if (entry == NULL)
        return 0;
    if (state == AHEAD) {
        told = PyObject_CallFunction(self->asked, "Odn", entry->known, self->heard, self->received);
        Py_XDECREF(told);
    }
    let_go_of(entry);
    return told == NULL ? -1 : 0;
}

/* What a recv has brought, as bytes; NULL: nothing, and if that is for good, the protocol is told. `room` is where it was
 * read to, if not to the turn's chunk. */
static PyObject *
brought(Stream *self, PyObject *room, Py_ssize_t size, int problem)
{
    self->plenty = size > CHUNK / 2;
    if (size > 0 && room == NULL)
        room = PyBytes_FromStringAndSize(self->turn->chunk, size);
    else if (size > 0)
        _PyBytes_Resize(&room, size);
    else
        Py_CLEAR(room);
    if (room == NULL) {
        if (size == 0)
            receive_eof(self);
        else if (size > 0)
            broken(self); /* no memory */
        else {
            errno = problem;
            if (!would_block())
                lose_by_errno(self);
        }
    }
    return room;
}

/* Bytes to the protocol, which takes them over; how many. */
static Py_ssize_t
hand_over(Stream *self, PyObject *data)
{
    PyObject *result, *received;
    Py_ssize_t size;

    if (data == NULL)
        return 0;
    size = PyBytes_GET_SIZE(data);
    if (self->shortcut != NULL && shut(self->shortcut) < 0) {
        broken(self);
        Py_DECREF(data);
        return size;
    }
    if (self->received == NULL) { /* closed meanwhile */
        Py_DECREF(data);
        return size;
    }
    received = self->received;
    Py_INCREF(received);
    result = PyObject_CallOneArg(received, data);
    Py_DECREF(received);
    Py_DECREF(data);
    if (result == NULL)
        broken(self);
    Py_XDECREF(result);
    return size;
}

/* One recv, at most CHUNK bytes, for the protocol; how many. */
static Py_ssize_t
receive(Stream *self)
{
    /* Of many that come the next one is read where it will stay; a small one is copied there. */
    PyObject *room = self->plenty ? PyBytes_FromStringAndSize(NULL, CHUNK) : NULL;
    Py_ssize_t size;

    if (self->plenty && room == NULL)
        PyErr_Clear(); /* a smaller piece may do */
    size = recv(self->fd, room ? PyBytes_AS_STRING(room) : self->turn->chunk, CHUNK, 0);
    return hand_over(self, brought(self, room, size, errno));
}

/* Everything has gone. */
static void
flushed(Stream *self)
{
    if (self->ended_writing)
        shutdown(self->fd, SHUT_WR);
    if (self->closing)
        lose(self, Py_None);
}

/* The socket takes more of what is queued. */
static void
flush(Stream *self)
{
    while (self->queued) {
        PyObject *first = PyList_GET_ITEM(self->queue, 0);
        Py_ssize_t left = PyBytes_GET_SIZE(first) - self->sent;
        Py_ssize_t gone = send(self->fd, PyBytes_AS_STRING(first) + self->sent, left, MSG_NOSIGNAL);
        if (gone < 0) {
            if (!would_block())
                lose_by_errno(self);
            return;
        }
        self->queued -= gone;
        self->sent += gone;
        if (gone < left)
            break;
        self->sent = 0;
        if (PyList_SetSlice(self->queue, 0, 1, NULL) < 0) {
            broken(self);
            return;
        }
    }
    watch(self);
    if (self->paused && self->queued <= LOW_WATER) {
        PyObject *result;
        self->paused = 0;
        result = tell(self, "resume_writing", NULL);
        if (result == NULL)
            broken(self);
        Py_XDECREF(result);
    }
    if (!self->queued && !self->lost && self->watch != NULL)
        flushed(self);
}

static PyObject *stream_write(Stream *self, PyObject *data);

static double
monotonic(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* What comes next from this side may be passed on as it is, and the other side has taken all so far. */
static int
may_pass(Stream *self)
{
    Shortcut *shortcut = self->shortcut;
    Stream *other;

    if (shortcut == NULL || shortcut->state == SHUT || shortcut->client == NULL || self->plenty)
        return 0;
    if ((self == shortcut->client) != (shortcut->state == OPEN))
        return 0;
    other = self == shortcut->client ? shortcut->server : shortcut->client;
    return may_receive(self) && other->watch != NULL && !other->queued && !other->lost && !other->ended_writing;
}

/* Both pieces at once; what of them has not gone, as bytes to be written the long way, which tells a lost peer as well;
 * NULL where there is nothing left, or (with an exception) no memory. Needs the GIL only where something is left. */
static PyObject *
send_pieces(Stream *to, struct turn *turn, struct piece first, struct piece second)
{
    struct iovec pieces[2] = {{(void *)first.bytes, first.size}, {(void *)second.bytes, second.size}};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    Py_ssize_t gone, size = first.size + second.size;
    PyObject *rest;
    char *at;

    if (first.size)
        gone = sendmsg(to->fd, &message, MSG_NOSIGNAL);
    else
        gone = send(to->fd, second.bytes, second.size, MSG_NOSIGNAL);
    if (gone == size)
        return NULL;
    if (gone < 0)
        gone = 0;
    take_gil(turn);
    rest = PyBytes_FromStringAndSize(NULL, size - gone);
    if (rest == NULL)
        return NULL;
    at = PyBytes_AS_STRING(rest);
    if (gone < first.size) {
        memcpy(at, first.bytes + gone, first.size - gone);
        memcpy(at + first.size - gone, second.bytes, second.size);
    }
    else
        memcpy(at, second.bytes + (gone - first.size), size - gone);
    return rest;
}

/* Whatever Python does, they are there until `let_go`. */
static void
hold(Shortcut *self, Stream *client, Stream *server)
{
    Py_INCREF(self);
    Py_INCREF(client);
    Py_INCREF(server);
}

static void
let_go(Shortcut *self, Stream *client, Stream *server)
{
    Py_DECREF(self);
    Py_DECREF(client);
    Py_DECREF(server);
}

/* An exchange is asked for again, with its Bind at `at`: it is passed on. */
static void
pass_to_server(Shortcut *self, struct turn *turn, struct entry *entry, Py_ssize_t at, Py_ssize_t size)
{
    Stream *client = self->client, *server = self->server;
    struct piece none = {NULL, 0}, chunk = {turn->chunk, size}, from_bind = {turn->chunk + at, size - at};
    PyObject *rest, *written = NULL;

    entry->held++;
    self->entry = entry;
    self->state = AHEAD;
    self->received = size;
    self->heard = monotonic();
    rest = entry->exchange.instead.size ? send_pieces(server, turn, entry->exchange.instead, from_bind)
                                        : send_pieces(server, turn, none, chunk);
    if (rest == NULL && !(turn->held && PyErr_Occurred()))
        return;
    hold(self, client, server);
    if (rest != NULL && shut(self) == 0)
        written = stream_write(server, rest);
    if (written == NULL)
        broken(client);
    Py_XDECREF(rest);
    Py_XDECREF(written);
    let_go(self, client, server);
}

/* Python is told of an exchange that is over; -1: it has raised, or there is no memory. */
static int
tell_answered(Shortcut *self, struct entry *entry, int ahead, char status, PyObject *ending, Py_ssize_t size)
{
    PyObject *told = NULL;
    PyObject *said[] = {
        entry->known,
        ahead ? Py_True : Py_False,
        PyLong_FromLong((unsigned char)status),
        ending,
        PyFloat_FromDouble(self->heard),
        PyLong_FromSsize_t(self->received),
        PyLong_FromSsize_t(size),
    };

    if (said[2] != NULL && said[4] != NULL && said[5] != NULL && said[6] != NULL)
        told = PyObject_Vectorcall(self->answered, said, 7, NULL);
    Py_XDECREF(said[2]);
    Py_XDECREF(said[4]);
    Py_XDECREF(said[5]);
    Py_XDECREF(said[6]);
    Py_XDECREF(told);
    return told == NULL ? -1 : 0;
}

/* Its answer is there, with the CommandComplete at `at`: it goes to the client, and then Python is told of both. */
static void
pass_to_client(Shortcut *self, struct turn *turn, Py_ssize_t at, Py_ssize_t size)
{
    Stream *client = self->client, *server = self->server;
    struct piece none = {NULL, 0}, chunk = {turn->chunk, size};
    struct entry *entry = self->entry;
    PyObject *rest, *ending;
    int ahead = self->state == AHEAD;
    char status = turn->chunk[size - 1];

    self->state = OPEN;
    self->entry = NULL;
    rest = send_pieces(client, turn, none, chunk);
    take_gil(turn);
    hold(self, client, server);
    ending = PyErr_Occurred() ? NULL : PyBytes_FromStringAndSize(turn->chunk + at, size - at);
    if (ending != NULL && rest != NULL)
        Py_SETREF(rest, stream_write(client, rest));
    if (ending == NULL || PyErr_Occurred() || tell_answered(self, entry, ahead, status, ending, size) < 0)
        broken(server);
    Py_XDECREF(ending);
    Py_XDECREF(rest);
    let_go_of(entry);
    let_go(self, client, server);
}

/* What the client asks for with the turn's chunk, with where its Bind begins in `at`; NULL: it is not known. */
static struct entry *
asked(Shortcut *self, Py_ssize_t size, Py_ssize_t *at)
{
    const char *chunk = self->client->turn->chunk;
    struct entry *entry;

    if (*chunk != 'Q')
        return asked_for(&self->own, chunk, size, at);
    entry = asked_for(&self->queries->exactly, chunk, size, at);
    if (entry == NULL && (entry = alike(&self->queries->alike, chunk, size)) != NULL)
        *at = size;
    return entry;
}

/* One recv, ahead of Python if it is part of an exchange. */
static void
pass_on(Stream *self)
{
    Shortcut *shortcut = self->shortcut;
    struct turn *turn = self->turn;
    struct entry *entry = shortcut->entry; /* NULL: the client asks */
    Py_ssize_t size = recv(self->fd, turn->chunk, CHUNK, 0), at = -1;
    int from_client = entry == NULL, problem = errno;

    if (size > 0 && from_client)
        entry = asked(shortcut, size, &at);
    else if (size > 0)
        at = answered_whole(&entry->exchange, turn->chunk, size);
    if (entry == NULL || at < 0) {
        take_gil(turn);
        Py_INCREF(self);
        hand_over(self, brought(self, NULL, size, problem));
        Py_DECREF(self);
        return;
    }
    if (from_client)
        pass_to_server(shortcut, turn, entry, at, size);
    else
        pass_to_client(shortcut, turn, at, size);
}

static void
on_ready(void *handle, int status, int events)
{
    Stream *self = watch_of(handle)->owner;

    if (status >= 0 && events == UV_READABLE && may_pass(self)) {
        pass_on(self);
        return;
    }
    take_gil(self->turn);
    Py_INCREF(self);
    if (status < 0) {
        /* libuv has stopped watching: the socket has an error, behind what is still to be read. */
        int writing = self->watched & UV_WRITABLE;
        self->watched = 0;
        if (writing)
            flush(self);
        while (may_receive(self) && receive(self))
            ;
        if (self->watch != NULL && !self->lost)
            watch(self);
    }
    else {
        if ((events & UV_WRITABLE) && self->queued && !self->lost)
            flush(self);
        if (events & UV_READABLE) {
            int left = CHUNKS; /* others have their turn, too */
            while (may_receive(self) && receive(self) == CHUNK && --left)
                ;
        }
    }
    Py_DECREF(self);
}

PyDoc_STRVAR(write_doc, "Send it, or what of it does not go at once as soon as the peer takes it.");

static PyObject *
stream_write(Stream *self, PyObject *data)
{
    Py_ssize_t size, gone = 0;

    if (!PyBytes_Check(data))
        return PyErr_Format(PyExc_TypeError, "bytes expected, not %.100s", Py_TYPE(data)->tp_name);
    size = PyBytes_GET_SIZE(data);
    if (self->lost || !size)
        Py_RETURN_NONE;
    if (self->ended_writing) {
        PyErr_SetString(PyExc_RuntimeError, "write() after write_eof()");
        return NULL;
    }
    if (!self->queued) {
        gone = send(self->fd, PyBytes_AS_STRING(data), size, MSG_NOSIGNAL);
        if (gone == size)
            Py_RETURN_NONE;
        if (gone < 0) {
            if (!would_block()) {
                lose_by_errno(self);
                Py_RETURN_NONE;
            }
            gone = 0;
        }
        self->sent = gone;
    }
    if (PyList_Append(self->queue, data) < 0)
        return NULL;
    self->queued += size - gone;
    watch(self);
    if (self->queued > HIGH_WATER && !self->paused) {
        PyObject *result;
        self->paused = 1;
        result = tell(self, "pause_writing", NULL);
        if (result == NULL)
            return NULL;
        Py_DECREF(result);
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(write_eof_doc, "Send nothing more, once what has been written is gone.");

static PyObject *
stream_write_eof(Stream *self, PyObject *Py_UNUSED(nothing))
{
    if (self->closing || self->ended_writing)
        Py_RETURN_NONE;
    self->ended_writing = 1;
    if (!self->queued)
        shutdown(self->fd, SHUT_WR);
    Py_RETURN_NONE;
}

static PyObject *
stream_can_write_eof(Stream *Py_UNUSED(self), PyObject *Py_UNUSED(nothing))
{
    Py_RETURN_TRUE;
}

static PyObject *
stream_pause_reading(Stream *self, PyObject *Py_UNUSED(nothing))
{
    self->reading = 0;
    watch(self);
    Py_RETURN_NONE;
}

static PyObject *
stream_resume_reading(Stream *self, PyObject *Py_UNUSED(nothing))
{
    self->reading = 1;
    watch(self);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(close_doc, "Read nothing more, and close as soon as what has been written is gone.");

static PyObject *
stream_close(Stream *self, PyObject *Py_UNUSED(nothing))
{
    close_when_flushed(self);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(abort_doc, "Close at once; what has not gone is lost.");

static PyObject *
stream_abort(Stream *self, PyObject *Py_UNUSED(nothing))
{
    lose(self, Py_None);
    Py_RETURN_NONE;
}

static PyObject *
stream_is_closing(Stream *self, PyObject *Py_UNUSED(nothing))
{
    return PyBool_FromLong(self->closing);
}

static PyObject *
stream_get_write_buffer_size(Stream *self, PyObject *Py_UNUSED(nothing))
{
    return PyLong_FromSsize_t(self->queued);
}

static PyObject *
stream_set_protocol(Stream *self, PyObject *protocol)
{
    PyObject *received = PyObject_GetAttrString(protocol, "data_received");

    if (received == NULL)
        return NULL;
    Py_INCREF(protocol);
    Py_XSETREF(self->protocol, protocol);
    Py_XSETREF(self->received, received);
    watch(self);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(get_extra_info_doc, "\"socket\" is all that it knows.");

static PyObject *
stream_get_extra_info(Stream *self, PyObject *arguments)
{
    const char *name;
    PyObject *otherwise = Py_None;

    if (!PyArg_ParseTuple(arguments, "s|O", &name, &otherwise))
        return NULL;
    if (strcmp(name, "socket") == 0)
        otherwise = self->socket;
    Py_INCREF(otherwise);
    return otherwise;
}

/* What `lose` has scheduled. */
static PyObject *
stream_lost(Stream *self, PyObject *exception)
{
    PyObject *told;

    if (self->watch == NULL)
        Py_RETURN_NONE;
    release(self);
    told = tell(self, "connection_lost", exception);
    Py_CLEAR(self->received);
    Py_CLEAR(self->protocol);
    Py_DECREF(self); /* the caller still has one */
    return told;
}

PyDoc_STRVAR(shortcut_doc,
             "Shortcut(client, server, asked, answered)\n--\n\n"
             "Passes exchanges that are repeated on between two Streams, ahead of Python and without the GIL.\n\n"
             "Shut at first; as soon as anything else comes from either side it is shut again, before the protocol hears\n"
             "of it. Calls asked(exchange, heard, size) where it is shut with an exchange under way that Python has not\n"
             "been told of, and answered(exchange, ahead, status, ending, heard, asked_size, size) behind each that is\n"
             "over.");

static PyTypeObject *stream_type, *passing_type;

static PyObject *
shortcut_new(PyTypeObject *type, PyObject *arguments, PyObject *Py_UNUSED(keywords))
{
    PyObject *asked, *answered;
    Stream *client, *server;
    Shortcut *self;

    if (!PyArg_ParseTuple(arguments, "O!O!OO", stream_type, &client, stream_type, &server, &asked, &answered))
        return NULL;
    if (client == server || client->watch == NULL || server->watch == NULL || client->turn != server->turn ||
        client->shortcut != NULL || server->shortcut != NULL) {
        PyErr_SetString(PyExc_ValueError, "two open streams of one loop are needed, without a shortcut");
        return NULL;
    }
    self = (Shortcut *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    Py_INCREF(asked);
    self->asked = asked;
    Py_INCREF(answered);
    self->answered = answered;
    self->client = client;
    self->server = server;
    Py_INCREF(self);
    client->shortcut = self;
    Py_INCREF(self);
    server->shortcut = self;
    return (PyObject *)self;
}

PyDoc_STRVAR(shortcut_open_doc,
             "open(queries, exchange, alike, ahead, instead, bind, tail, opening)\n--\n\n"
             "This exchange (see _exchange.h) has just been asked for, the long way, and nothing else is under way: it\n"
             "may pass from here on, a Query in every session with these Passing `queries`, any other in this one; or,\n"
             "if they are `alike`, all Queries of its shape. False: they cannot be told by that.");

/* Among the queries of a context; -1: no memory. NULL in `entry`: of such a text no shape is told. */
static int
enter_alike(struct passing *queries, PyObject *known, PyObject *const *pieces, struct entry **entry)
{
    PyObject *shaped[PIECES];
    char key[SHAPED];
    Py_ssize_t size = shape_in(PyBytes_AS_STRING(pieces[0]), PyBytes_GET_SIZE(pieces[0]), key);

    *entry = NULL;
    if (size < 0)
        return 0;
    memcpy(shaped, pieces, sizeof(shaped));
    shaped[0] = PyBytes_FromStringAndSize(key, size);
    if (shaped[0] != NULL)
        *entry = enter(&queries->alike, QUERIES, known, shaped);
    Py_XDECREF(shaped[0]);
    return *entry == NULL ? -1 : 0;
}

static PyObject *
shortcut_open(Shortcut *self, PyObject *const *arguments, Py_ssize_t count)
{
    enum { KNOWN = 1, ALIKE = 2, FIRST = 3, BIND = FIRST + 2 };
    struct passing *queries;
    struct entry *entry;
    int each;

    if (count != FIRST + PIECES)
        return PyErr_Format(PyExc_TypeError, "%d arguments expected", FIRST + PIECES);
    if (!PyObject_TypeCheck(arguments[0], passing_type))
        return PyErr_Format(PyExc_TypeError, "Passing expected");
    for (each = FIRST; each < count; each++)
        if (!PyBytes_Check(arguments[each]))
            return PyErr_Format(PyExc_TypeError, "bytes expected");
    if (shut(self) < 0)
        return NULL;
    if (self->client == NULL)
        Py_RETURN_TRUE;
    queries = (struct passing *)arguments[0];
    Py_INCREF(queries);
    Py_XSETREF(self->queries, queries);
    if (PyBytes_GET_SIZE(arguments[BIND]))
        entry = enter(&self->own, OWN, arguments[KNOWN], arguments + FIRST);
    else if (arguments[ALIKE] != Py_True)
        entry = enter(&queries->exactly, QUERIES, arguments[KNOWN], arguments + FIRST);
    else if (enter_alike(queries, arguments[KNOWN], arguments + FIRST, &entry) == 0 && entry == NULL)
        Py_RETURN_FALSE;
    if (entry == NULL)
        return PyErr_NoMemory();
    self->entry = entry;
    self->heard = monotonic();
    self->received = 0;
    self->state = NOTED;
    Py_RETURN_TRUE;
}

PyDoc_STRVAR(shortcut_forget_doc, "Nothing of what it has been opened with may pass any more here; it is shut.");

static PyObject *
shortcut_forget(Shortcut *self, PyObject *Py_UNUSED(nothing))
{
    if (shut(self) < 0)
        return NULL;
    empty(&self->own);
    Py_CLEAR(self->queries); /* those of a context that may have gone */
    Py_RETURN_NONE;
}

PyDoc_STRVAR(shortcut_shut_doc, "Everything goes the long way from here on; `asked` is called if it has to be.");

static PyObject *
shortcut_shut(Shortcut *self, PyObject *Py_UNUSED(nothing))
{
    if (shut(self) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* Whoever else holds an entry holds the table's owner as well, or is that. */
static int
visit_all(const struct table *table, visitproc visit, void *arg)
{
    size_t each;

    for (each = 0; each < table->size; each++)
        if (table->slots[each] != NULL)
            Py_VISIT(table->slots[each]->known);
    return 0;
}

static int
shortcut_traverse(Shortcut *self, visitproc visit, void *arg)
{
    int stopped = visit_all(&self->own, visit, arg);

    if (stopped)
        return stopped;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->queries);
    Py_VISIT(self->asked);
    Py_VISIT(self->answered);
    return 0;
}

static int
shortcut_clear(Shortcut *self)
{
    self->state = SHUT;
    if (self->entry != NULL)
        let_go_of(self->entry);
    self->entry = NULL;
    empty(&self->own);
    Py_CLEAR(self->queries);
    Py_CLEAR(self->asked);
    Py_CLEAR(self->answered);
    return 0;
}

/* No stream that is open has it any more. */
static void
shortcut_dealloc(Shortcut *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    shortcut_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

PyDoc_STRVAR(passing_doc,
             "Passing()\n--\n\n"
             "Queries that may pass in every session of a context: whose Shortcuts are opened with it.");

static int
passing_traverse(struct passing *self, visitproc visit, void *arg)
{
    int stopped = visit_all(&self->exactly, visit, arg);

    if (!stopped)
        stopped = visit_all(&self->alike, visit, arg);
    if (stopped)
        return stopped;
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static int
passing_clear(struct passing *self)
{
    empty(&self->exactly);
    empty(&self->alike);
    return 0;
}

static void
passing_dealloc(struct passing *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    passing_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static int
stream_traverse(Stream *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->loop);
    Py_VISIT(self->socket);
    Py_VISIT(self->protocol);
    Py_VISIT(self->received);
    Py_VISIT(self->queue);
    Py_VISIT(self->shortcut);
    return 0;
}

static int
stream_clear(Stream *self)
{
    Py_CLEAR(self->loop);
    Py_CLEAR(self->socket);
    Py_CLEAR(self->protocol);
    Py_CLEAR(self->received);
    Py_CLEAR(self->queue);
    part(self);
    return 0;
}

/* An open one has a reference to itself, so this one is closed, or never was open. */
static void
stream_dealloc(Stream *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    stream_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

/* Find libuv in uvloop's library. */
static int
find_libuv(void)
{
    PyObject *module, *path = NULL;
    void *library = NULL;

    module = PyImport_ImportModule("uvloop.loop");
    if (module != NULL)
        path = PyObject_GetAttrString(module, "__file__");
    Py_XDECREF(module);
    if (path == NULL)
        return -1;
    if (PyUnicode_Check(path))
        library = dlopen(PyUnicode_AsUTF8(path), RTLD_NOW | RTLD_NOLOAD);
    Py_DECREF(path);
    if (library == NULL) {
        PyErr_SetString(PyExc_ImportError, "uvloop's library was not found");
        return -1;
    }
    *(void **)&uv.version = dlsym(library, "uv_version");
    *(void **)&uv.handle_size = dlsym(library, "uv_handle_size");
    *(void **)&uv.poll_init = dlsym(library, "uv_poll_init");
    *(void **)&uv.poll_start = dlsym(library, "uv_poll_start");
    *(void **)&uv.poll_stop = dlsym(library, "uv_poll_stop");
    *(void **)&uv.check_init = dlsym(library, "uv_check_init");
    *(void **)&uv.check_start = dlsym(library, "uv_check_start");
    *(void **)&uv.unref = dlsym(library, "uv_unref");
    *(void **)&uv.close = dlsym(library, "uv_close");
    if (!uv.version || !uv.handle_size || !uv.poll_init || !uv.poll_start || !uv.poll_stop || !uv.check_init ||
        !uv.check_start || !uv.unref || !uv.close || uv.version() >> 16 != 1) {
        PyErr_SetString(PyExc_ImportError, "uvloop's library does not show libuv 1");
        return -1;
    }
    return 0;
}

PyDoc_STRVAR(stream_doc,
             "Stream(socket, loop, pointer)\n--\n\n"
             "A connected, non-blocking socket, which it closes in the end. `pointer` is libuv_get_loop_t_ptr(loop).\n"
             "Begins without a protocol and without reading; OSError where the loop does not take the socket.");

static PyObject *
stream_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    static char *names[] = {"socket", "loop", "pointer", NULL};
    PyObject *socket, *loop, *pointer;
    Stream *self;
    int fd, problem;
    void *uv_loop;

    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "OOO", names, &socket, &loop, &pointer))
        return NULL;
    uv_loop = PyCapsule_GetPointer(pointer, NULL);
    fd = PyObject_AsFileDescriptor(socket);
    if (uv_loop == NULL || fd < 0)
        return NULL;
    self = (Stream *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->fd = fd;
    self->queue = PyList_New(0);
    Py_INCREF(loop);
    self->loop = loop;
    Py_INCREF(socket);
    self->socket = socket;
    self->watch = calloc(1, sizeof(struct watch) + uv.handle_size(UV_POLL));
    self->turn = join_turn(uv_loop);
    if (self->queue == NULL || self->watch == NULL || self->turn == NULL) {
        if (self->turn != NULL)
            leave_turn(self->turn);
        free(self->watch);
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    problem = uv.poll_init(uv_loop, self->watch->handle, fd);
    if (problem < 0) {
        leave_turn(self->turn);
        free(self->watch);
        self->watch = NULL;
        Py_DECREF(self);
        errno = -problem;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    uv.unref(self->watch->handle); /* the loop may end without it */
    self->watch->owner = self;
    self->next = open_streams;
    if (open_streams)
        open_streams->previous = self;
    open_streams = self;
    Py_INCREF(self); /* until it has closed */
    return (PyObject *)self;
}

PyDoc_STRVAR(close_all_doc,
             "close_all(loop)\n--\n\n"
             "Close every Stream of this loop that is still open, without a word to its protocol: the loop is about to end.");

static PyObject *
close_all(PyObject *Py_UNUSED(module), PyObject *loop)
{
    Stream *self = open_streams;

    while (self != NULL) {
        if (self->loop != loop) {
            self = self->next;
            continue;
        }
        release(self);
        forget_queue(self);
        Py_CLEAR(self->received);
        Py_CLEAR(self->protocol);
        Py_DECREF(self);
        self = open_streams; /* another thread, with another loop, may have had its turn */
    }
    Py_RETURN_NONE;
}

static PyMethodDef stream_methods[] = {
    {"write", (PyCFunction)stream_write, METH_O, write_doc},
    {"write_eof", (PyCFunction)stream_write_eof, METH_NOARGS, write_eof_doc},
    {"can_write_eof", (PyCFunction)stream_can_write_eof, METH_NOARGS, NULL},
    {"pause_reading", (PyCFunction)stream_pause_reading, METH_NOARGS, NULL},
    {"resume_reading", (PyCFunction)stream_resume_reading, METH_NOARGS, NULL},
    {"close", (PyCFunction)stream_close, METH_NOARGS, close_doc},
    {"abort", (PyCFunction)stream_abort, METH_NOARGS, abort_doc},
    {"is_closing", (PyCFunction)stream_is_closing, METH_NOARGS, NULL},
    {"get_write_buffer_size", (PyCFunction)stream_get_write_buffer_size, METH_NOARGS, NULL},
    {"set_protocol", (PyCFunction)stream_set_protocol, METH_O, NULL},
    {"get_extra_info", (PyCFunction)stream_get_extra_info, METH_VARARGS, get_extra_info_doc},
    {"_lost", (PyCFunction)stream_lost, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot stream_slots[] = {
    {Py_tp_doc, (void *)stream_doc},
    {Py_tp_new, stream_new},
    {Py_tp_dealloc, stream_dealloc},
    {Py_tp_traverse, stream_traverse},
    {Py_tp_clear, stream_clear},
    {Py_tp_methods, stream_methods},
    {0, NULL},
};

static PyType_Spec stream_spec = {
    .name = "lintel.session._stream.Stream",
    .basicsize = sizeof(Stream),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = stream_slots,
};

static PyMethodDef shortcut_methods[] = {
    {"open", (PyCFunction)(void (*)(void))shortcut_open, METH_FASTCALL, shortcut_open_doc},
    {"forget", (PyCFunction)shortcut_forget, METH_NOARGS, shortcut_forget_doc},
    {"shut", (PyCFunction)shortcut_shut, METH_NOARGS, shortcut_shut_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot shortcut_slots[] = {
    {Py_tp_doc, (void *)shortcut_doc},
    {Py_tp_new, shortcut_new},
    {Py_tp_dealloc, shortcut_dealloc},
    {Py_tp_traverse, shortcut_traverse},
    {Py_tp_clear, shortcut_clear},
    {Py_tp_methods, shortcut_methods},
    {0, NULL},
};

static PyType_Spec shortcut_spec = {
    .name = "lintel.session._stream.Shortcut",
    .basicsize = sizeof(Shortcut),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = shortcut_slots,
};

static PyType_Slot passing_slots[] = {
    {Py_tp_doc, (void *)passing_doc},
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_dealloc, passing_dealloc},
    {Py_tp_traverse, passing_traverse},
    {Py_tp_clear, passing_clear},
    {0, NULL},
};

static PyType_Spec passing_spec = {
    .name = "lintel.session._stream.Passing",
    .basicsize = sizeof(struct passing),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = passing_slots,
};

PyDoc_STRVAR(shape_doc,
             "shape(text)\n--\n\n"
             "The key of a text's shape, as sql.shape.shape_of has it; None: there is no literal, or it has given up.");

static PyObject *
shape(PyObject *Py_UNUSED(module), PyObject *text)
{
    char key[SHAPED];
    Py_ssize_t size;

    if (!PyBytes_Check(text))
        return PyErr_Format(PyExc_TypeError, "bytes expected");
    size = shape_of(PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text), key);
    if (size < 0)
        Py_RETURN_NONE;
    return PyBytes_FromStringAndSize(key, size);
}

static PyMethodDef module_methods[] = {
    {"shape", shape, METH_O, shape_doc},
    {"close_all", close_all, METH_O, close_all_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "lintel.session._stream",
    .m_size = -1,
    .m_methods = module_methods,
};

/* A type that the module shows; NULL with an exception. It lives as long as the process. */
static PyTypeObject *
added(PyObject *module, const char *name, PyType_Spec *spec)
{
    PyObject *type = PyType_FromSpec(spec);

    if (type != NULL && PyModule_AddObjectRef(module, name, type) < 0)
        Py_CLEAR(type);
    return (PyTypeObject *)type;
}

PyMODINIT_FUNC
PyInit__stream(void)
{
    PyObject *module;

    if (find_libuv() < 0)
        return NULL;
    module = PyModule_Create(&module_definition);
    if (module == NULL)
        return NULL;
    stream_type = added(module, "Stream", &stream_spec);
    passing_type = added(module, "Passing", &passing_spec);
    if (stream_type == NULL || passing_type == NULL || added(module, "Shortcut", &shortcut_spec) == NULL) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
