package dev.connectome.topology;

import java.util.Arrays;

/** A growing list of ints for each of a fixed number of owners. */
final class IntLists {

  private final int[][] lists;
  private final int[] sizes;

  IntLists(int owners, int expectedSize) {
    lists = new int[owners][expectedSize];
    sizes = new int[owners];
  }

  void add(int owner, int value) {
    int size = sizes[owner]++;
    if (size == lists[owner].length) {
      lists[owner] = Arrays.copyOf(lists[owner], 2 * size);
    }
    lists[owner][size] = value;
  }

  int size(int owner) {
    return sizes[owner];
  }

  int get(int owner, int index) {
    return lists[owner][index];
  }
}
