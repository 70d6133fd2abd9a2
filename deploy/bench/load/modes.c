/* What clients do: a mode is a function, and leaves its counts in `done`, `errors`, `bytes_moved` and the times. */
#define _GNU_SOURCE
#include "clients.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REQUEST 200
#define UPLOAD_ANSWER 16
#define LATE_NS 5000000000u
#define MOST_EVENTS 1024
#define SLOW_ANSWER (64 * 1024)
#define SLOW_UPLOAD (1024 * 1024)
#define SLOW_BYTES 256
#define SLOW_PARTS 20
/* Connections stay open until standard input ends: their end belongs to no measurement. */
#define MOST_WAIT_MS 5000

static uint64_t done, began, until;
static struct client *clients;
static struct epoll_event events[MOST_EVENTS];

static void begin(void) {
    began = now_ns();
    until = began + (uint64_t)(options.seconds * 1e9);
    done = bytes_moved = 0;
    times_reset();
}

/* Whoever measures begins to count here. */
static void tell_open(void) {
    printf("{\"open\": %d, \"errors\": %lu}\n", options.clients, errors);
    fflush(stdout);
}

static uint64_t size_or(uint64_t usual) { return options.size ? options.size : usual; }

/* ---- a connection for each request: closed loop ---- */

/* After the answer a client begins anew, or is gone once the time is over. */
static bool again(struct client *client) {
    if (now_ns() >= until) return false;
    client_begin(client);
    return true;
}

static void connections(void) {
    begin();
    for (int i = 0; i < options.clients; i++) client_begin(&clients[i]);
    for (int live = options.clients; live;) {
        int count = epoll_wait(clients_epoll, events, MOST_EVENTS, 1000);
        if (now_ns() > until + LATE_NS) { errors += (uint64_t)live; return; }
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (client->state == CLOSED) continue;
            bool asked = client->state == ASKING;
            int went = client_advance(client);
            if (went > 0 && !asked && client->state == READY) {
                client_ask(client, REQUEST, size_or(1024));
                asked = true, went = client_advance(client);
            }
            if (went > 0) done++, times_add(now_ns() - client->began), client_close(client);
            if (went < 0) client_fail(client);
            if (went && !again(client)) live--;
        }
    }
}

/* ---- round trips on open connections, each timed from when it was due ---- */

static int *waiting, first, waiting_count;

static void rests(struct client *client) { waiting[(first + waiting_count++) % options.clients] = (int)(client - clients); }

/* In turn, so that each connection is used. */
static struct client *next(void) {
    struct client *client = &clients[waiting[first]];
    first = (first + 1) % options.clients;
    waiting_count--;
    return client;
}

static void wait_until(uint64_t due, int *count) {
    uint64_t now = now_ns(), rest = due > now ? due - now : 0;
    if (rest > 100000000u) rest = 100000000u;
    struct timespec most = {.tv_nsec = (long)rest};
    *count = epoll_pwait2(clients_epoll, events, MOST_EVENTS, &most, NULL);
}

static void round_trips(void) {
    clients_open(clients, options.clients);
    tell_open();
    waiting = calloc((size_t)options.clients, sizeof *waiting);
    for (int i = 0; i < options.clients; i++) if (clients[i].state == READY) rests(&clients[i]);
    prctl(PR_SET_TIMERSLACK, 1);
    begin();
    uint64_t sent = 0, due = began;
    int out = 0;
    while (now_ns() < until || (out && now_ns() < until + LATE_NS)) {
        for (uint64_t now = now_ns(); due <= now && due < until && waiting_count; out++) {
            struct client *client = next();
            client->began = due;
            client_ask(client, REQUEST, size_or(512));
            due = began + (uint64_t)((double)++sent * 1e9 / options.rate);
        }
        int count;
        wait_until(waiting_count && due < until ? due : until + LATE_NS, &count);
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (client->state != ASKING) continue;
            int went = client_advance(client);
            if (went > 0) done++, times_add(now_ns() - client->began), rests(client);
            if (went < 0) client_fail(client);
            if (went) out--;
        }
    }
    errors += (uint64_t)out;
}

/* ---- large transfers ---- */

static void ask_large(struct client *client) {
    uint64_t size = size_or(16 << 20);
    client_ask(client, options.up ? size : 0, options.up ? UPLOAD_ANSWER : size);
}

/* Transfers that have begun are seen to their end. */
static void transfers(void) {
    clients_open(clients, options.clients);
    tell_open();
    begin();
    int out = 0;
    for (int i = 0; i < options.clients; i++) {
        if (clients[i].state == READY) ask_large(&clients[i]), out++;
        if (clients[i].state == ASKING) arm(clients_epoll, EPOLL_CTL_MOD, clients[i].fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, &clients[i]);
    }
    while (out && now_ns() < until + LATE_NS) {
        int count = epoll_wait(clients_epoll, events, MOST_EVENTS, 100);
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (client->state != ASKING) continue;
            int went = client_advance(client);
            if (went > 0) {
                done++;
                if (now_ns() < until) { ask_large(client), went = 0; arm(clients_epoll, EPOLL_CTL_MOD, client->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, client); }
            }
            if (went < 0) client_fail(client);
            if (went) out--;
        }
    }
    errors += (uint64_t)out;
}

/* ---- many connections that are open, until standard input ends ---- */

static bool told_within(int milliseconds) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    return poll(&input, 1, milliseconds) || now_ns() > until;
}

/* Uses each connection again at the end: a connection that was lost in silence is an error. */
static void held(void) {
    clients_open(clients, options.clients);
    begin();
    tell_open();
    while (!told_within(100)) {}
    int out = 0;
    for (int i = 0; i < options.clients; i++) if (clients[i].state == READY) client_ask(&clients[i], REQUEST, 512), out++;
    for (until = now_ns(); out && now_ns() < until + LATE_NS;) {
        int count = epoll_wait(clients_epoll, events, MOST_EVENTS, 100);
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (client->state != ASKING) continue;
            int went = client_advance(client);
            if (went > 0) done++;
            if (went < 0) client_fail(client);
            if (went) out--;
        }
    }
    errors += (uint64_t)out;
}

/* Some bytes each second: every second client reads so, and the others send so. */
static void trickle(struct client *client, bool sends) {
    uint64_t *left = sends ? &client->to_send : &client->to_get;
    if (client->state != ASKING || !*left) return;
    uint64_t most = *left < SLOW_BYTES ? *left : SLOW_BYTES;
    ssize_t count = sends ? give(client->fd, &client->sent, most) : take(client->fd, &client->got, most, true);
    if (count > 0) *left -= (uint64_t)count, bytes_moved += (uint64_t)count, done++;
    if (!count || count == WRONG || (count < 0 && errno != EAGAIN)) client_fail(client);
}

static void slow(void) {
    int small = 4096;
    clients_open(clients, options.clients);
    for (int i = 0; i < options.clients; i++) {
        if (clients[i].state != READY) continue;
        setsockopt(clients[i].fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        client_ask(&clients[i], i % 2 ? SLOW_UPLOAD : 0, i % 2 ? UPLOAD_ANSWER : SLOW_ANSWER);
    }
    begin();
    tell_open();
    for (int part = 0; !told_within(1000 / SLOW_PARTS); part = (part + 1) % SLOW_PARTS) {
        for (int i = part; i < options.clients; i += SLOW_PARTS) trickle(&clients[i], i % 2);
    }
}

/* ---- one after another, each with its end: the segments of a connection ---- */

static int advance_alone(struct client *client) {
    int went;
    while ((went = client_advance(client)) == 0) {
        if (epoll_wait(clients_epoll, events, 1, (int)(LATE_NS / 1000000)) < 1) return -1;
    }
    return went;
}

static bool ends_well(struct client *client) {
    uint8_t surplus;
    ssize_t count;
    shutdown(client->fd, SHUT_WR);
    while ((count = recv(client->fd, &surplus, 1, 0)) < 0 && errno == EAGAIN) {
        if (epoll_wait(clients_epoll, events, 1, (int)(LATE_NS / 1000000)) < 1) return false;
    }
    return count == 0;
}

static void one_by_one(void) {
    begin();
    for (int i = 0; i < options.clients; i++) {
        client_begin(clients);
        bool right = advance_alone(clients) > 0;
        if (right) client_ask(clients, REQUEST, size_or(1024));
        right = right && advance_alone(clients) > 0 && ends_well(clients);
        if (right) done++, times_add(segments(clients->fd) * 1000u), client_close(clients);
        if (!right) {
            client_fail(clients);
            return; /* each of the rest might take as long */
        }
    }
}

bool run(const char *mode) {
    const struct { const char *name; void (*function)(void); } modes[] = {
        {"connections", connections}, {"round-trips", round_trips}, {"transfers", transfers},
        {"held", held}, {"slow", slow}, {"one-by-one", one_by_one}};
    clients_epoll = epoll_create1(0);
    clients = calloc((size_t)options.clients, sizeof *clients);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (strcmp(mode, modes[i].name)) continue;
        modes[i].function();
        double seconds = (double)(now_ns() - began) / 1e9;
        printf("{\"seconds\": %.4f, \"done\": %lu, \"errors\": %lu, \"bytes\": %lu, \"p50\": %.2f, \"p90\": %.2f, \"p99\": %.2f, \"p999\": %.2f}\n",
               seconds, done, errors, bytes_moved, times_within_us(.5), times_within_us(.9), times_within_us(.99), times_within_us(.999));
        fflush(stdout);
        struct pollfd input = {.fd = 0, .events = POLLIN};
        if (!isatty(0)) poll(&input, 1, MOST_WAIT_MS);
        return true;
    }
    return false;
}
