/* The backend: reads a hello, answers with a flight, then obeys commands: takes so many bytes, checks each, and sends so many. */
#define _GNU_SOURCE
#include "load.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define LARGEST_HELLO 1024
#define QUEUE 4096

enum step { HELLO_HEAD, HELLO_BODY, NEXT_COMMAND, TAKING, GIVING };

struct session {
    int fd;
    enum step step;
    uint8_t bytes[LARGEST_HELLO];
    size_t have, want;
    uint64_t taken, to_take, given, to_give, answer;
};

static int epoll, listening;
static uint64_t served, wrong;

static int fault(void) { return errno == EAGAIN ? 0 : -1; }

static void expect(struct session *session, enum step step, size_t bytes) {
    session->step = step;
    session->want = bytes;
}

static void answer(struct session *session, uint64_t from, uint64_t bytes) {
    session->step = GIVING;
    session->given = from;
    session->to_give = bytes;
}

static void obey(struct session *session) {
    memcpy(&session->to_take, session->bytes, 8);
    memcpy(&session->answer, session->bytes + 8, 8);
    session->taken = session->have = 0;
    session->step = TAKING;
}

/* Goes one step on: 1 went on, 0 waits for the socket, -1 ends. */
static int advance(struct session *session) {
    ssize_t count;
    if (session->step == GIVING) {
        if (!session->to_give) return expect(session, NEXT_COMMAND, COMMAND), 1;
        count = give(session->fd, &session->given, session->to_give);
        if (count <= 0) return fault();
        session->to_give -= (uint64_t)count;
        return 1;
    }
    if (session->step == TAKING) {
        if (!session->to_take) return answer(session, 0, session->answer), 1;
        count = take(session->fd, &session->taken, session->to_take, session->to_take <= COMPARED_WHOLE);
        if (count == WRONG) wrong++;
        if (count <= 0) return count < 0 && count != WRONG ? fault() : -1;
        session->to_take -= (uint64_t)count;
        return 1;
    }
    count = recv(session->fd, session->bytes + session->have, session->want - session->have, 0);
    if (count <= 0) return count ? fault() : -1;
    session->have += (size_t)count;
    if (session->have < session->want) return 1;
    if (session->step == HELLO_HEAD) {
        size_t record = 5 + (size_t)(session->bytes[3] << 8 | session->bytes[4]);
        if (session->bytes[0] != 22 || record > LARGEST_HELLO) return wrong++, -1;
        return expect(session, HELLO_BODY, record), 1;
    }
    if (session->step == HELLO_BODY) {
        answer(session, hello_mark(session->bytes, session->have), FLIGHT);
        session->have = 0;
    } else {
        obey(session);
    }
    return 1;
}

static void end(struct session *session) {
    served++;
    times_add(segments(session->fd) * 1000u);
    close(session->fd);
    free(session);
}

static void accept_all(void) {
    for (int fd; (fd = accept4(listening, 0, 0, SOCK_NONBLOCK)) >= 0;) {
        no_delay(fd);
        struct session *session = calloc(1, sizeof *session);
        session->fd = fd;
        expect(session, HELLO_HEAD, 5);
        arm(epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT | EPOLLET, session);
    }
}

static void listen_here(void) {
    int yes = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof here;
    listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listening, (void *)&here, sizeof here) || listen(listening, QUEUE)) die("bind");
    getsockname(listening, (void *)&here, &length);
    printf("{\"port\": %d}\n", ntohs(here.sin_port));
    fflush(stdout);
    arm(epoll, EPOLL_CTL_ADD, listening, EPOLLIN, &listening);
}

static int until_told(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK);
}

/* Serves until SIGTERM, and reports then. A stream as large as a transfer gives way to other sessions after some steps. */
void serve(void) {
    const int most_steps = 64;
    struct epoll_event events[256];
    epoll = epoll_create1(0);
    int told = until_told();
    arm(epoll, EPOLL_CTL_ADD, told, EPOLLIN, &told);
    listen_here();
    for (bool ends = false; !ends;) {
        int count = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < count; i++) {
            struct session *session = events[i].data.ptr;
            if (events[i].data.ptr == &told) { ends = true; continue; }
            if (events[i].data.ptr == &listening) { accept_all(); continue; }
            int went = 1;
            for (int steps = 0; went > 0 && steps < most_steps; steps++) went = advance(session);
            if (went > 0) arm(epoll, EPOLL_CTL_MOD, session->fd, EPOLLIN | EPOLLOUT | EPOLLET, session);
            if (went < 0) end(session);
        }
    }
    printf("{\"served\": %lu, \"wrong\": %lu, \"segments\": %.1f}\n", served, wrong, times_within_us(0.5));
}
