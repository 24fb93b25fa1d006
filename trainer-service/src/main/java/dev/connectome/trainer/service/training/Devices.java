package dev.connectome.trainer.service.training;

import ai.djl.Device;
import ai.djl.engine.Engine;
import dev.connectome.trainer.service.UserException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a network is trained on. */
public final class Devices {

  private static final Pattern GPU = Pattern.compile("gpu(?::(\\d{1,4}))?");

  private Devices() {}

  /**
   * The device that is asked for.
   *
   * @param wish {@code cpu}, {@code gpu} or {@code gpu:N}; empty or {@code auto} for the first GPU
   *     that the engine can use, the CPU without one
   * @return the device
   * @throws UserException if there is no such device
   */
  public static Device of(String wish) throws UserException {
    int gpus = Engine.getInstance().getGpuCount();
    if (wish.isEmpty() || wish.equals("auto")) {
      return gpus > 0 ? Device.gpu(0) : Device.cpu();
    }
    if (wish.equals("cpu")) {
      return Device.cpu();
    }
    Matcher gpu = GPU.matcher(wish);
    if (!gpu.matches()) {
      throw new UserException(
          "unknown device \"%s\"; choose auto, cpu, gpu or gpu:N".formatted(wish));
    }
    int number = gpu.group(1) == null ? 0 : Integer.parseInt(gpu.group(1));
    if (number >= gpus) {
      throw new UserException(
          "device gpu:%d is not there, the engine can use %s; choose auto or cpu, or give the trainer a libtorch with CUDA"
              .formatted(number, gpus == 0 ? "no GPU" : "gpu:0 to gpu:" + (gpus - 1)));
    }
    return Device.gpu(number);
  }
}
