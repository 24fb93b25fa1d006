package dev.connectome.trainer.service.data;

/** The shape of an image: 1 channel for gray or 3 for color, rows and columns of pixels. */
public record ImageShape(int channels, int rows, int columns) {

  public int size() {
    return channels * rows * columns;
  }

  @Override
  public String toString() {
    return "%d × %d × %d".formatted(channels, rows, columns);
  }
}
