/* A counting SMTP sink, as cheap as it can be made: one thread, epoll, nothing is kept.
 *
 *     sink RTT_MICROSECONDS EXTENSIONS MOST
 *
 * prints its port. Replies leave RTT after what they answer came, so that a long line costs what
 * it costs in life. Recipients are told apart by the number in their address (below MOST). XSTAT
 * answers "250 accepted distinct duplicates flushes"; XRESET forgets.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1 << 20, CONNECTIONS = 4096 };
enum mode { COMMAND, DATA, BDAT };

struct segment { uint64_t due; size_t length; char *bytes; struct segment *next; };

struct connection {
    int fd, closing;
    enum mode mode;
    size_t filled, chunk;
    long recipient;
    struct segment *first, *last;
    char in[ROOM], out[65536];
    size_t said;
};

static uint64_t rtt, accepted, distinct, duplicates, flushes;
static long most;
static char *extensions;
static uint8_t *seen;
static struct connection *all[CONNECTIONS];

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void say(struct connection *c, const char *text) {
    size_t length = strlen(text);
    if (c->said + length <= sizeof c->out) {
        memcpy(c->out + c->said, text, length);
        c->said += length;
    }
}

static void deliver(struct connection *c) {
    accepted++;
    if (c->recipient >= 0 && c->recipient < most) {
        if (seen[c->recipient]) duplicates++;
        else distinct++;
        seen[c->recipient] = 1;
    }
    say(c, "250 2.0.0 Ok: queued as 4F1B21A0C3\r\n");
}

static void hello(struct connection *c) {
    char copy[512];
    snprintf(copy, sizeof copy, "%s", extensions);
    say(c, "250-sink\r\n");
    for (char *word = strtok(copy, ","); word; word = strtok(NULL, ",")) {
        say(c, "250-");
        say(c, word);
        say(c, "\r\n");
    }
    say(c, "250 8BITMIME\r\n");
}

static void stat(struct connection *c) {
    char line[128];
    snprintf(line, sizeof line, "250 %lu %lu %lu %lu\r\n", accepted, distinct, duplicates, flushes);
    say(c, line);
}

static void command(struct connection *c, const char *line, size_t length) {
    if (!strncasecmp(line, "MAIL", 4)) say(c, "250 2.1.0 Ok\r\n");
    else if (!strncasecmp(line, "RCPT", 4)) {
        const char *digit = line;
        while (digit < line + length && (*digit < '0' || *digit > '9')) digit++;
        c->recipient = digit < line + length ? atol(digit) : -1;
        say(c, "250 2.1.5 Ok\r\n");
    } else if (!strncasecmp(line, "DATA", 4)) {
        c->mode = DATA;
        say(c, "354 End data with <CR><LF>.<CR><LF>\r\n");
    } else if (!strncasecmp(line, "BDAT", 4)) {
        c->mode = BDAT;
        c->chunk = (size_t)atol(line + 5);
    } else if (!strncasecmp(line, "EHLO", 4)) hello(c);
    else if (!strncasecmp(line, "XSTAT", 5)) stat(c);
    else if (!strncasecmp(line, "XRESET", 6)) {
        accepted = distinct = duplicates = flushes = 0;
        memset(seen, 0, (size_t)most);
        say(c, "250 2.0.0 Ok\r\n");
    } else if (!strncasecmp(line, "QUIT", 4)) {
        say(c, "221 2.0.0 Bye\r\n");
        c->closing = 1;
    } else say(c, "250 2.0.0 Ok\r\n");
}

/* Takes one step; how much of the input it used up, 0 when more has to come. */
static size_t step(struct connection *c, char *at, size_t left) {
    if (c->mode == BDAT) {
        size_t part = left < c->chunk ? left : c->chunk;
        if ((c->chunk -= part) == 0) {
            c->mode = COMMAND;
            deliver(c);
        }
        return part;
    }
    if (c->mode == DATA) {
        char *end = left >= 3 && !memcmp(at, ".\r\n", 3) ? at - 2 : memmem(at, left, "\r\n.\r\n", 5);
        if (!end) return left > 4096 ? left - 4 : 0;
        c->mode = COMMAND;
        deliver(c);
        return (size_t)(end + 5 - at);
    }
    char *end = memchr(at, '\n', left);
    if (!end) return 0;
    command(c, at, (size_t)(end - at));
    return (size_t)(end + 1 - at);
}

static void finish(struct connection *c) {
    all[c->fd] = NULL;
    close(c->fd);
    while (c->first) {
        struct segment *next = c->first->next;
        free(c->first->bytes);
        free(c->first);
        c->first = next;
    }
    free(c);
}

static int put(int fd, const char *bytes, size_t length) {
    flushes++;
    return send(fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static void hold(struct connection *c) {
    struct segment *s = malloc(sizeof *s);
    *s = (struct segment){now() + rtt, c->said, memcpy(malloc(c->said), c->out, c->said), NULL};
    if (c->last && c->first) c->last->next = s;
    else c->first = s;
    c->last = s;
}

/* Sends what is due; returns 0 when the connection is gone. */
static int release(struct connection *c, uint64_t time) {
    while (c->first && c->first->due <= time) {
        struct segment *s = c->first;
        int sent = put(c->fd, s->bytes, s->length);
        c->first = s->next;
        free(s->bytes);
        free(s);
        if (!sent) return finish(c), 0;
    }
    if (c->closing && !c->first) return finish(c), 0;
    return 1;
}

static void reply(struct connection *c) {
    int sent = 1;
    if (c->said && rtt) hold(c);
    else if (c->said) sent = put(c->fd, c->out, c->said);
    c->said = 0;
    if (!sent || (c->closing && !rtt)) finish(c);
}

static void input(struct connection *c) {
    ssize_t got = recv(c->fd, c->in + c->filled, ROOM - c->filled, 0);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) finish(c);
        return;
    }
    c->filled += (size_t)got;
    size_t at = 0, used = 1;
    while (at < c->filled && used) at += used = step(c, c->in + at, c->filled - at);
    memmove(c->in, c->in + at, c->filled - at);
    c->filled -= at;
    reply(c);
}

static void greet(int epoll, int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
    if (fd < 0) return;
    if (fd >= CONNECTIONS) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *c = malloc(sizeof *c);
    memset(c, 0, offsetof(struct connection, in));
    c->fd = fd, c->said = 0, c->recipient = -1;
    all[fd] = c;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    say(c, "220 sink ESMTP\r\n");
    reply(c);
}

/* Sends what is due and sets the timer to what is due next. */
static void tick(int timer) {
    uint64_t time = now(), nearest = UINT64_MAX;
    for (int fd = 0; fd < CONNECTIONS; fd++)
        if (all[fd] && release(all[fd], time) && all[fd]->first && all[fd]->first->due < nearest)
            nearest = all[fd]->first->due;
    struct itimerspec at = {0};
    if (nearest != UINT64_MAX) {
        at.it_value.tv_sec = (time_t)(nearest / 1000000);
        at.it_value.tv_nsec = (long)(nearest % 1000000 * 1000);
    }
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

int main(int count, char **words) {
    if (count != 4) return 2;
    rtt = strtoull(words[1], NULL, 10);
    extensions = words[2];
    most = atol(words[3]);
    seen = calloc((size_t)most + 1, 1);
    int listener = socket(AF_INET, SOCK_STREAM, 0), epoll = epoll_create1(0);
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof name;
    if (bind(listener, (struct sockaddr *)&name, size) || listen(listener, 1024)) return 1;
    getsockname(listener, (struct sockaddr *)&name, &size);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    event.data.fd = timer;
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
    printf("%d\n", ntohs(name.sin_port));
    fflush(stdout);
    for (;;) {
        if (rtt) tick(timer);
        int ready = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == timer) continue;
            if (fd == listener) greet(epoll, listener);
            else if (all[fd]) input(all[fd]);
        }
    }
}
