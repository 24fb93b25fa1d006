package dev.connectome.trainer.network;

import java.util.Map;

/**
 * Inputs, outputs and settings of a network to be built.
 *
 * @param channels values per pixel: 1 for gray, 3 for color
 * @param rows the height of an image in pixels
 * @param columns the width of an image in pixels
 * @param classes the number of outputs
 * @param settings the network's settings in the run's specification, by name
 */
public record NetworkRequest(
    int channels, int rows, int columns, int classes, Map<String, String> settings) {

  /** Makes a request whose settings cannot change. */
  public NetworkRequest {
    settings = Map.copyOf(settings);
  }
}
