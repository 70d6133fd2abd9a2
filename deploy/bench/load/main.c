/*
 * A load generator, and a backend, for programs that pass TLS on: real ClientHellos, then raw bytes. A balancer that decrypts
 * nothing does the same work, and no time goes into TLS. Each end checks each answer: its length, its bytes, its order.
 *
 *   load serve                                   a backend on a free port of 127.0.0.1, which it prints
 *   load connections --port P --clients 64       connect, hello, flight of 2,800 B, request, 1 KiB, close; and again
 *   load round-trips --port P --rate 4000        request and answer on open connections, timed from when each was due
 *   load transfers --port P --clients 4 [--up]   16 MiB after 16 MiB
 *   load held, slow --port P --clients 5000      idle or trickling connections, until standard input ends
 *   load one-by-one --port P --clients 500       one connection after another; the times are segments
 *
 * Options: --seconds S, --name NAME (the server name), --size BYTES. One thread. Prints a line of JSON, times in microseconds.
 */
#define _GNU_SOURCE
#include "load.h"
#include <linux/tcp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define MOST_DESCRIPTORS 20000

struct options options = {.clients = 64, .seconds = 5, .rate = 4000};

void die(const char *what) {
    perror(what);
    exit(1);
}

void arm(int epoll, int operation, int fd, uint32_t events, void *of) {
    struct epoll_event event = {.events = events, .data.ptr = of};
    if (epoll_ctl(epoll, operation, fd, &event)) die("epoll_ctl");
}

void no_delay(int fd) {
    int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

unsigned segments(int fd) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    memset(&info, 0, sizeof info);
    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length);
    return info.tcpi_segs_in + info.tcpi_segs_out;
}

static void allow_descriptors(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < MOST_DESCRIPTORS ? limit.rlim_max : MOST_DESCRIPTORS;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int count, char **words) {
    const char *mode = count > 1 ? words[1] : "", *name = "a.test";
    for (int i = 2; i < count; i++) {
        const char *option = words[i];
        if (!strcmp(option, "--up")) { options.up = true; continue; }
        const char *value = i + 1 < count ? words[++i] : "";
        if (!strcmp(option, "--port")) options.port = atoi(value);
        else if (!strcmp(option, "--clients")) options.clients = atoi(value);
        else if (!strcmp(option, "--seconds")) options.seconds = atof(value);
        else if (!strcmp(option, "--rate")) options.rate = atof(value);
        else if (!strcmp(option, "--size")) options.size = strtoull(value, NULL, 10);
        else if (!strcmp(option, "--name") && strlen(value) < 200) name = value;
        else return fprintf(stderr, "load: %s?\n", option), 2;
    }
    signal(SIGPIPE, SIG_IGN);
    allow_descriptors();
    wire_init(name);
    if (!strcmp(mode, "serve")) return serve(), 0;
    if (!run(mode)) return fprintf(stderr, "load: serve, connections, round-trips, transfers, held, slow or one-by-one\n"), 2;
    return 0;
}
