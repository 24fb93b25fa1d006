package dev.connectome.controller.filter;

import dev.connectome.controller.run.Echo;

/** A filter or an order that cannot be read. The message names the position and the remedy. */
public final class FilterException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private FilterException(String problem) {
    super(problem);
  }

  /**
   * @param position of the character, from 0
   * @param found what stands there
   */
  static FilterException at(int position, String found, String remedy) {
    return new FilterException(
        "has %s at character %d; %s"
            .formatted(
                found.isEmpty() ? "its end" : Echo.of(found).replace('"', '\''),
                position + 1,
                remedy));
  }
}
