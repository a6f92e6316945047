// SPDX-License-Identifier: GPL-2.0

/* The functions of fixture.rs in C: what the kernel's compiler makes of the same flags. */

typedef unsigned int (*callback_t)(unsigned int);

struct large {
	unsigned long words[8];
};

extern unsigned int COUNTER;
void fill(char *buffer);
unsigned int step(unsigned int value);
void case0(void);
void case1(void);
void case2(void);
void case3(void);
void case4(void);
void case5(void);
void case6(void);

unsigned int indirect_call(callback_t callback, unsigned int value)
{
	callback(callback(value));
	return 7;
}

unsigned int indirect_jump(callback_t callback, unsigned int value)
{
	return callback(value);
}

void switch_(unsigned int value)
{
	switch (value) {
	case 0:
		case0();
		break;
	case 1:
		case1();
		break;
	case 2:
		case2();
		break;
	case 3:
		case3();
		break;
	case 4:
		case4();
		break;
	case 5:
		case5();
		break;
	case 6:
		case6();
		break;
	}
	step(value);
}

unsigned int buffer(void)
{
	char buffer[64] = {};

	fill(buffer);
	return step(step(1));
}

unsigned long leaf(unsigned long value)
{
	volatile unsigned long stored = value;

	return stored;
}

void copy(struct large *to, const struct large *from)
{
	*to = *from;
}

unsigned int counter(void)
{
	return COUNTER;
}

static unsigned int taken(unsigned int value)
{
	step(value);
	return 1;
}

const callback_t TAKEN = taken;

__attribute__((cold)) unsigned int rare(void)
{
	return 1;
}
