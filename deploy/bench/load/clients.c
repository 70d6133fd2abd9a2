/* A client: connects, sends its hello, sees the flight, then asks and checks each answer. */
#define _GNU_SOURCE
#include "clients.h"
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define INLINE 4096
/* Many at once would overflow a queue of connections, and measure the queue. */
#define OPENING_AT_ONCE 128
#define STEPS_OF_A_TURN 32
#define PATIENCE_NS 20000000000u

int clients_epoll;
uint64_t errors, bytes_moved;

void client_begin(struct client *client) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *client = (struct client){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), .state = CONNECTING, .began = now_ns()};
    if (client->fd < 0) die("socket");
    no_delay(client->fd);
    if (connect(client->fd, (void *)&to, sizeof to) && errno != EINPROGRESS) die("connect");
    arm(clients_epoll, EPOLL_CTL_ADD, client->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, client);
}

void client_close(struct client *client) {
    close(client->fd);
    client->state = CLOSED;
}

void client_fail(struct client *client) {
    errors++;
    client_close(client);
}

void client_ask(struct client *client, uint64_t up, uint64_t down) {
    uint8_t command[COMMAND + INLINE];
    uint64_t inside = up <= INLINE ? up : 0;
    memcpy(command, &up, 8);
    memcpy(command + 8, &down, 8);
    pattern(command + COMMAND, 0, inside);
    client->sent = inside, client->to_send = up - inside;
    client->got = 0, client->to_get = client->asked = down;
    client->state = ASKING;
    /* A socket without room for a command ends the client in client_advance, by an answer that never comes. */
    if (send(client->fd, command, COMMAND + inside, MSG_NOSIGNAL) != (ssize_t)(COMMAND + inside)) shutdown(client->fd, SHUT_RDWR);
}

static int say_hello(struct client *client) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error) return -1;
    ssize_t sent = send(client->fd, hello, (size_t)hello_length, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == ENOTCONN)) return 0;
    if (sent != hello_length) return -1;
    client->got = hello_mark(hello, (size_t)hello_length);
    client->to_get = client->asked = FLIGHT;
    client->state = IN_FLIGHT;
    return 1;
}

static int step(struct client *client) {
    if (client->state == CONNECTING) return say_hello(client);
    bool sends = client->to_send > 0;
    ssize_t count = sends ? give(client->fd, &client->sent, client->to_send)
                          : take(client->fd, &client->got, client->to_get, client->asked <= COMPARED_WHOLE);
    if (count < 0 && count != WRONG && errno == EAGAIN) return 0;
    if (count <= 0) return -1;
    *(sends ? &client->to_send : &client->to_get) -= (uint64_t)count;
    if (client->state == ASKING) bytes_moved += (uint64_t)count;
    return 1;
}

int client_advance(struct client *client) {
    for (int steps = 0; steps < STEPS_OF_A_TURN; steps++) {
        int went = step(client);
        if (went <= 0) return went;
        if (!client->to_send && !client->to_get) {
            client->state = READY;
            return 1;
        }
    }
    arm(clients_epoll, EPOLL_CTL_MOD, client->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, client);
    return 0;
}

bool clients_open(struct client *clients, int count) {
    struct epoll_event events[256];
    int begun = 0, open = 0;
    uint64_t last = now_ns();
    while (open < count && now_ns() - last < PATIENCE_NS) {
        for (; begun < count && begun - open < OPENING_AT_ONCE; begun++) client_begin(&clients[begun]);
        int ready = epoll_wait(clients_epoll, events, 256, 1000);
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            if (client->state == CLOSED || client->state == READY) continue;
            int went = client_advance(client);
            if (went < 0) client_fail(client);
            if (went) open++, last = now_ns();
        }
    }
    errors += (uint64_t)(count - open);
    return open == count && !errors;
}
