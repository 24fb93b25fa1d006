package dev.connectome.trainer.service.data;

/**
 * The shape of an image.
 *
 * @param channels 1 for grey, 3 for red, green and blue
 * @param rows pixels from top to bottom
 * @param columns pixels from left to right
 */
public record ImageShape(int channels, int rows, int columns) {

  /**
   * The number of values in an image.
   *
   * @return channels · rows · columns
   */
  public int size() {
    return channels * rows * columns;
  }

  /**
   * The shape in words.
   *
   * @return channels × rows × columns
   */
  @Override
  public String toString() {
    return "%d × %d × %d".formatted(channels, rows, columns);
  }
}
