package dev.connectome.controller.launch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a trainer's process gets of the controller's environment: names that are listed, and never
 * the controller's own settings and credentials.
 */
final class TrainerEnvironment {

  /** A name that ends with an asterisk is a prefix. */
  private static final List<String> PASSED_ON =
      List.of(
          // The machine and its user.
          "PATH",
          "HOME",
          "USER",
          "LOGNAME",
          "SHELL",
          "LANG",
          "LANGUAGE",
          "LC_*",
          "TZ",
          "TMPDIR",
          "TEMP",
          "TMP",
          "SystemRoot",
          "XDG_*",
          // Java and native libraries.
          "JAVA_HOME",
          "JAVA_OPTS",
          "JAVA_TOOL_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "LD_LIBRARY_PATH",
          "DYLD_LIBRARY_PATH",
          "VIRTUAL_ENV",
          "PYTHONPATH",
          "DJL_*",
          "PYTORCH_*",
          "OMP_*",
          "MKL_*",
          "OPENBLAS_*",
          // Devices.
          "CUDA_*",
          "NVIDIA_*",
          "ROCR_*",
          "HIP_*",
          // Settings of trainers.
          "CONNECTOME_CONTROL_HOST",
          "CONNECTOME_CONTROL_PORT",
          "CONNECTOME_DEVICE",
          "CONNECTOME_METRICS_PORT",
          "CONNECTOME_NETWORKS_PATH",
          "CONNECTOME_REGISTRATION_PATIENCE",
          "CONNECTOME_SNAPSHOT_BUFFER",
          "CONNECTOME_SNAPSHOT_BUFFER_MIB");

  private static final String ENGINE_LIBRARY = "PYTORCH_LIBRARY_PATH";

  /**
   * NVIDIA's images set it to what Python has there. To a trainer's engine it means another library
   * than its own, and only together with {@link #ENGINE_LIBRARY}.
   */
  private static final String ENGINE_VERSION = "PYTORCH_VERSION";

  private TrainerEnvironment() {}

  /**
   * Selects variables.
   *
   * @param own the controller's environment
   * @param more names that the operator passes on in addition
   */
  static Map<String, String> select(Map<String, String> own, List<String> more) {
    Map<String, String> selected = new HashMap<>(own);
    selected
        .keySet()
        .removeIf(
            name ->
                Stream.concat(PASSED_ON.stream(), more.stream())
                    .noneMatch(pattern -> matches(pattern, name)));
    if (!selected.containsKey(ENGINE_LIBRARY) && !more.contains(ENGINE_VERSION)) {
      selected.remove(ENGINE_VERSION);
    }
    return selected;
  }

  private static boolean matches(String pattern, String name) {
    return pattern.endsWith("*")
        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
        : name.equals(pattern);
  }
}
