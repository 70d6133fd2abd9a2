/* Shared by the parts of the load generator: the words on the wire, the clients, the backend, the times. */
#ifndef LOAD_H
#define LOAD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

/* What a backend answers to a hello, as long as a server's first flight with two certificates. */
#define FLIGHT 2800
#define COMMAND 16
/* Answers up to this size are compared byte by byte; of larger streams the begin, the end, and every 16th read. */
#define COMPARED_WHOLE (64 * 1024)
#define WRONG (-2)

/* ---- wire.c ---- */
void wire_init(const char *name);
extern uint8_t hello[];
extern int hello_length;
/* Where the pattern of the answer to a hello begins: a changed or cut hello gets another answer. */
uint64_t hello_mark(const uint8_t *bytes, size_t length);
/* Reads up to `left` bytes of the pattern from `position` on. As recv(2); WRONG for other bytes than the pattern's. */
ssize_t take(int fd, uint64_t *position, uint64_t left, bool whole);
/* Writes up to `left` bytes of the pattern from `position` on. As send(2). */
ssize_t give(int fd, uint64_t *position, uint64_t left);
void pattern(uint8_t *to, uint64_t position, size_t length);

/* ---- times.c ---- */
uint64_t now_ns(void);
void times_reset(void);
void times_add(uint64_t nanoseconds);
/* Microseconds within which a share of all times lies, 0.8 % too low at most. */
double times_within_us(double share);

/* ---- main.c ---- */
struct options {
    int port, clients;
    double seconds, rate;
    uint64_t size;
    bool up;
};
extern struct options options;
void die(const char *what);
void arm(int epoll, int operation, int fd, uint32_t events, void *of);
void no_delay(int fd);
/* Segments that a TCP socket has sent and received so far. */
unsigned segments(int fd);

/* ---- backend.c, clients.c, modes.c ---- */
void serve(void);
bool run(const char *mode);
#endif
