// Checks the loops for AMX with nothing else on the processor. What is printed goes to port 0xE9, which Bochs shows.
#include "CTiles.h"

extern const CBFloat16Table CBFloat16TableAMX;

// The C library's, which the compiler calls.

void *memset(void *to, int byte, size_t count) {
  for (char *p = to; count > 0; count--, p++) {
    *p = (char)byte;
    __asm__("" : "+r"(p));
  }
  return to;
}

void *memcpy(void *to, const void *from, size_t count) {
  const char *source = from;
  for (char *p = to; count > 0; count--, p++, source++) {
    *p = *source;
    __asm__("" : "+r"(p));
  }
  return to;
}

static void send(uint16_t port, char byte) { __asm__ volatile("outb %0, %1" ::"a"(byte), "d"(port)); }

static void print(const char *text) {
  for (; *text; text++) send(0xE9, *text);
}

static void printNumber(uint64_t number) {
  if (number > 9) printNumber(number / 10);
  send(0xE9, (char)('0' + number % 10));
}

void run(void) {
  const CCheckedProducts found = CCheckProducts(&CBFloat16TableAMX, 100);
  printNumber(found.products);
  print(" products, ");
  printNumber(found.numbers);
  print(" numbers, ");
  printNumber(found.wrong);
  print(" wrong\n");
  // Bochs ends.
  for (const char *word = "Shutdown"; *word; word++) send(0x8900, *word);
}
