/* The words on the wire: a ClientHello with a server name, and a pattern of bytes by which each end checks what arrives. */
#define _GNU_SOURCE
#include "load.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

/* The pattern repeats after a prime: a lost or doubled buffer shifts it, whatever the size of the buffer. */
#define PERIOD 251
#define BLOCK (1 << 18)
#define BODY ((uint64_t)PERIOD * 16384)
#define BROWSERS_PAD_TO 517

uint8_t hello[1024];
int hello_length;
static uint8_t periods[PERIOD + BLOCK], read_here[BLOCK];
static int body;
static unsigned reads;

static void put(int *at, int value, int bytes) {
    while (bytes--) hello[(*at)++] = (uint8_t)(value >> (8 * bytes));
}

static void put_random(int *at, int bytes) {
    while (bytes--) put(at, rand(), 1);
}

/* TLS 1.3, with a server name and ALPN, padded as browsers do. */
static void write_hello(const char *name) {
    int at = 9, name_length = (int)strlen(name);
    put(&at, 0x0303, 2), put_random(&at, 32);
    put(&at, 32, 1), put_random(&at, 32);
    put(&at, 6, 2), put(&at, 0x1301, 2), put(&at, 0x1302, 2), put(&at, 0x1303, 2), put(&at, 0x0100, 2);
    int extensions = at;
    at += 2;
    put(&at, 0, 2), put(&at, name_length + 5, 2), put(&at, name_length + 3, 2), put(&at, 0, 1), put(&at, name_length, 2);
    memcpy(hello + at, name, (size_t)name_length), at += name_length;
    put(&at, 16, 2), put(&at, 14, 2), put(&at, 12, 2), put(&at, 2, 1), memcpy(hello + at, "h2\010http/1.1", 11), at += 11;
    put(&at, 43, 2), put(&at, 3, 2), put(&at, 2, 1), put(&at, 0x0304, 2);
    put(&at, 10, 2), put(&at, 4, 2), put(&at, 2, 2), put(&at, 29, 2);
    put(&at, 51, 2), put(&at, 38, 2), put(&at, 36, 2), put(&at, 29, 2), put(&at, 32, 2), put_random(&at, 32);
    int padding = BROWSERS_PAD_TO - at - 4;
    if (padding > 0) put(&at, 21, 2), put(&at, padding, 2), memset(hello + at, 0, (size_t)padding), at += padding;
    put(&extensions, at - extensions - 2, 2);
    int head = 0;
    put(&head, 0x160301, 3), put(&head, at - 5, 2), put(&head, 1, 1), put(&head, at - 9, 3);
    hello_length = at;
}

void wire_init(const char *name) {
    for (size_t i = 0; i < sizeof periods; i++) periods[i] = (uint8_t)(i % PERIOD);
    body = memfd_create("body", 0);
    if (body < 0 || ftruncate(body, BODY)) die("memfd_create");
    uint8_t *bytes = mmap(0, BODY, PROT_WRITE, MAP_SHARED, body, 0);
    if (bytes == MAP_FAILED) die("mmap");
    pattern(bytes, 0, BODY);
    munmap(bytes, BODY);
    srand(1);
    write_hello(name);
}

uint64_t hello_mark(const uint8_t *bytes, size_t length) {
    uint64_t sum = length;
    for (size_t i = 0; i < length; i++) sum = sum * 31 + bytes[i];
    return sum % PERIOD;
}

void pattern(uint8_t *to, uint64_t position, size_t length) {
    for (size_t i = 0; i < length; i++) to[i] = (uint8_t)((position + i) % PERIOD);
}

ssize_t take(int fd, uint64_t *position, uint64_t left, bool whole) {
    bool compared = whole || *position < BLOCK || left <= BLOCK || ++reads % 16 == 0;
    size_t most = left < BLOCK ? left : compared ? BLOCK : left < (4 << 20) ? left : (4 << 20);
    ssize_t read = recv(fd, compared ? read_here : NULL, most, compared ? 0 : MSG_TRUNC);
    if (read <= 0) return read;
    if (compared && memcmp(read_here, periods + *position % PERIOD, (size_t)read)) return WRONG;
    *position += (uint64_t)read;
    return read;
}

ssize_t give(int fd, uint64_t *position, uint64_t left) {
    off_t from = (off_t)(*position % BODY);
    uint64_t there = BODY - (uint64_t)from;
    ssize_t sent = sendfile(fd, body, &from, left < there ? left : there);
    if (sent > 0) *position += (uint64_t)sent;
    return sent;
}
