/* Times in a log-linear histogram: 128 steps for each power of two. */
#include "load.h"
#include <string.h>
#include <time.h>

#define STEPS 128
#define POWERS 58

static uint64_t counts[POWERS * STEPS], total;

uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void times_reset(void) {
    memset(counts, 0, sizeof counts);
    total = 0;
}

void times_add(uint64_t nanoseconds) {
    int power = nanoseconds < STEPS ? 0 : 63 - __builtin_clzll(nanoseconds) - 6;
    counts[power ? (uint64_t)power * STEPS + ((nanoseconds >> power) & (STEPS - 1)) : nanoseconds]++;
    total++;
}

double times_within_us(double share) {
    uint64_t rank = (uint64_t)(share * (double)total), seen = 0;
    for (uint64_t i = 0; i < POWERS * STEPS; i++) {
        seen += counts[i];
        if (counts[i] && seen > rank) return (double)(i < STEPS ? i : (i % STEPS) << (i / STEPS)) / 1e3;
    }
    return 0;
}
