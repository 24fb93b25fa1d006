package dev.connectome.trainer.network;

import java.util.Map;

/**
 * What a network has to fit.
 *
 * @param channels values a pixel: 1 for grey, 3 for colour
 * @param rows pixels from top to bottom
 * @param columns pixels from left to right
 * @param classes outputs
 * @param settings the settings that the run gives the network, by name
 */
public record NetworkRequest(
    int channels, int rows, int columns, int classes, Map<String, String> settings) {

  /** Makes a request whose settings do not change. */
  public NetworkRequest {
    settings = Map.copyOf(settings);
  }
}
