package dev.connectome.trainer.service.training;

import ai.djl.Device;
import ai.djl.engine.Engine;
import dev.connectome.trainer.service.UserException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The device on which a network is trained. */
public final class Devices {

  private static final Pattern GPU = Pattern.compile("gpu(?::(\\d{1,4}))?");

  private Devices() {}

  /**
   * Finds a device.
   *
   * @param name {@code cpu}, {@code gpu} or {@code gpu:N}; empty or {@code auto} for the first GPU
   *     that the engine can use, or the CPU if there is none
   * @throws UserException if there is no such device
   */
  public static Device of(String name) throws UserException {
    int gpus = Engine.getInstance().getGpuCount();
    if (name.isEmpty() || name.equals("auto")) {
      return gpus > 0 ? Device.gpu(0) : Device.cpu();
    }
    if (name.equals("cpu")) {
      return Device.cpu();
    }
    Matcher gpu = GPU.matcher(name);
    if (!gpu.matches()) {
      throw new UserException(
          "unknown device \"%s\"; choose auto, cpu, gpu or gpu:N".formatted(name));
    }
    int number = gpu.group(1) == null ? 0 : Integer.parseInt(gpu.group(1));
    if (number >= gpus) {
      throw new UserException(
          "device gpu:%d does not exist, the engine can use %s; choose auto or cpu, or give the trainer a libtorch with CUDA"
              .formatted(number, gpus == 0 ? "no GPU" : "gpu:0 to gpu:" + (gpus - 1)));
    }
    return Device.gpu(number);
  }
}
