/* One client's connection, and how it goes on. */
#ifndef CLIENTS_H
#define CLIENTS_H
#include "load.h"

enum state { CONNECTING, IN_FLIGHT, READY, ASKING, CLOSED };

struct client {
    int fd;
    enum state state;
    uint64_t began;
    uint64_t sent, to_send, got, to_get, asked;
};

extern int clients_epoll;
/* Errors count clients: each that was refused, cut off, late, or got wrong bytes. */
extern uint64_t errors, bytes_moved;

void client_begin(struct client *client);
void client_close(struct client *client);
void client_fail(struct client *client);
/* Sends a command, with as much of the upload as fits one segment. */
void client_ask(struct client *client, uint64_t up, uint64_t down);
/* Goes on as far as the socket lets it, in some steps at most: 1 an answer is complete, 0 it waits, -1 it has failed. */
int client_advance(struct client *client);
/* Opens so many clients, some at a time, and sees the flight of each. False if some did not come in time. */
bool clients_open(struct client *clients, int count);
#endif
