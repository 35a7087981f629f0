/* A connected socket on uvloop's loop without uvloop's transport: what the compiled build moves bytes with.
 *
 * Stream has of asyncio.Transport what a session uses, with the same meaning; docs/decisions.md says what it gains.
 * It is driven by libuv itself (uv_poll_t), whose functions are found in uvloop's own library: uvloop hands out the loop
 * for this (libuv_get_loop_t_ptr) but brings no headers. Used are functions, constants and the rule that a handle begins
 * with `void *data`, all of which libuv 1.x keeps as they are. Knows nothing of PostgreSQL.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

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
static char chunk[CHUNK]; /* used with the GIL held, and never across a call of Python */

/* A loop that has streams. uvloop runs libuv without the GIL; the first stream of a turn takes it, for all that are ready
 * in it: taken and left for each of them it is a tenth of what a query costs. libuv calls `done` right behind them. */
struct turn {
    struct turn *next; /* of all loops */
    void *loop;
    int streams;
    int held;
    PyGILState_STATE gil;
    void *unused; /* for the alignment of what follows */
    char handle[];
};

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
} Stream;

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

/* One recv, at most CHUNK bytes; NULL: there are none, and if that is for good, the protocol is told. */
static PyObject *
read_chunk(Stream *self)
{
    /* Of many that come the next one is read where it will stay; a small one is copied there. */
    PyObject *data = self->plenty ? PyBytes_FromStringAndSize(NULL, CHUNK) : NULL;
    Py_ssize_t size;
    int problem;

    if (self->plenty && data == NULL)
        PyErr_Clear(); /* a smaller piece may do */
    size = recv(self->fd, data ? PyBytes_AS_STRING(data) : chunk, CHUNK, 0);
    problem = errno;
    self->plenty = size > CHUNK / 2;
    if (size > 0 && data == NULL)
        data = PyBytes_FromStringAndSize(chunk, size);
    else if (size > 0)
        _PyBytes_Resize(&data, size);
    else
        Py_CLEAR(data);
    if (data == NULL) {
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
    return data;
}

/* Bytes to the protocol; how many. */
static Py_ssize_t
receive(Stream *self)
{
    PyObject *result, *received, *data = read_chunk(self);
    Py_ssize_t size;

    if (data == NULL)
        return 0;
    size = PyBytes_GET_SIZE(data);
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

static void
on_ready(void *handle, int status, int events)
{
    Stream *self = watch_of(handle)->owner;
    struct turn *turn = self->turn;

    if (!turn->held) {
        turn->gil = PyGILState_Ensure();
        turn->held = 1;
    }
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

static int
stream_traverse(Stream *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->loop);
    Py_VISIT(self->socket);
    Py_VISIT(self->protocol);
    Py_VISIT(self->received);
    Py_VISIT(self->queue);
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

static PyMethodDef module_methods[] = {
    {"close_all", close_all, METH_O, close_all_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "lintel.session._stream",
    .m_size = -1,
    .m_methods = module_methods,
};

PyMODINIT_FUNC
PyInit__stream(void)
{
    PyObject *module, *type;

    if (find_libuv() < 0)
        return NULL;
    module = PyModule_Create(&module_definition);
    if (module == NULL)
        return NULL;
    type = PyType_FromSpec(&stream_spec);
    if (type == NULL || PyModule_AddObject(module, "Stream", type) < 0) {
        Py_XDECREF(type);
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
