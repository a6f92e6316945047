// SPDX-License-Identifier: GPL-2.0
/*
 * Have as many threads as the argument says, which sleep until somebody ends the process: for measurements on a machine with many
 * tasks. Prints a line when all are there.
 */

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *sleeper(void *unused)
{
	for (;;)
		pause();
	return unused;
}

int main(int argc, char **argv)
{
	long number = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
	pthread_attr_t attributes;
	pthread_t thread;

	if (number < 1) {
		fprintf(stderr, "usage: threads NUMBER\n");
		return 2;
	}
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
	/* The main thread is one of them. */
	for (long i = 1; i < number; i++) {
		int error = pthread_create(&thread, &attributes, sleeper, NULL);

		if (error) {
			fprintf(stderr, "thread %ld: %s\n", i + 1, strerror(error));
			return 1;
		}
	}
	puts("all are there");
	fflush(stdout);
	sleeper(NULL);
	return 0;
}
