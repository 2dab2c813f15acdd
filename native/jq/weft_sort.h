// A stable merge sort instead of the C library's qsort, whose number of comparisons, which are counted, differs between
// versions. `items` are `count` things of `size` bytes.
#ifndef WEFT_SORT_H
#define WEFT_SORT_H

#include <stdlib.h>
#include <string.h>

static void weft_merge(char* from, char* to, size_t begin, size_t middle, size_t end, size_t size,
                       int (*compare)(const void*, const void*)) {
  size_t left = begin, right = middle;
  for (size_t at = begin; at < end; ++at) {
    const int take_left = left < middle && (right >= end || compare(from + left * size, from + right * size) <= 0);
    memcpy(to + at * size, from + (take_left ? left++ : right++) * size, size);
  }
}

static void weft_sort(void* items, size_t count, size_t size, int (*compare)(const void*, const void*)) {
  if (count < 2) return;
  char* from = items;
  char* const spare = jv_mem_alloc(count * size);
  char* to = spare;
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t begin = 0; begin < count; begin += 2 * width) {
      const size_t middle = begin + width < count ? begin + width : count;
      const size_t end = middle + width < count ? middle + width : count;
      weft_merge(from, to, begin, middle, end, size, compare);
    }
    char* const swap = from;
    from = to;
    to = swap;
  }
  if (from != (char*)items) memcpy(items, from, count * size);
  jv_mem_free(spare);
}

#endif
