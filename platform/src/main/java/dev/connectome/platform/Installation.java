package dev.connectome.platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the built parts of the platform are.
 *
 * @param home the root of the checkout
 */
public record Installation(Path home) {
  /** The system property that the launcher script sets to the root of the checkout. */
  public static final String HOME_PROPERTY = "connectome.home";

  private static final String CONNECTOME_HEAP = "384m";
  private static final String TRAINER_HEAP = "384m";

  /**
   * The checkout that {@link #HOME_PROPERTY} names, else the one around the working directory, else
   * the working directory itself.
   */
  public static Installation current() {
    String home = System.getProperty(HOME_PROPERTY);
    if (home != null) {
      return new Installation(Path.of(home).toAbsolutePath());
    }
    Path working = Path.of("").toAbsolutePath();
    for (Path folder = working; folder != null; folder = folder.getParent()) {
      if (Files.isRegularFile(folder.resolve("mvnw"))) {
        return new Installation(folder);
      }
    }
    return new Installation(working);
  }

  /**
   * Starts the controller.
   *
   * @param heap its largest heap, as the JVM takes it
   * @param configuration its settings
   * @return the command line
   */
  List<String> controllerCommand(String heap, Path configuration) {
    return quarkusCommand("controller-service", heap, configuration);
  }

  /**
   * Starts the connectome service.
   *
   * @param configuration its settings
   * @return the command line
   */
  List<String> connectomeCommand(Path configuration) {
    List<String> command =
        new ArrayList<>(quarkusCommand("connectome-service", CONNECTOME_HEAP, configuration));
    command.set(command.indexOf("-XX:+UseSerialGC"), "-XX:+UseG1GC");
    command.add(1, "-XX:G1HeapRegionSize=4m");
    return command;
  }

  /**
   * Starts a trainer; what it trains comes from its environment.
   *
   * @return the command line
   */
  public List<String> trainerCommand() {
    List<String> command = java(TRAINER_HEAP);
    // Its work is done by the engine: compiling the calls again, and better, takes more than it
    // saves.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-jar");
    command.add(existing(home.resolve("trainer-service/target/trainer-service.jar")).toString());
    return List.copyOf(command);
  }

  /** Where PostgreSQL's programs are unpacked, once; the directory may not exist yet. */
  public Path unpackedPrograms() {
    return home.resolve("platform/target/programs");
  }

  private List<String> quarkusCommand(String module, String heap, Path configuration) {
    List<String> command = java(heap);
    command.add("-Dsmallrye.config.locations=" + configuration.toUri());
    command.add("-jar");
    command.add(
        existing(home.resolve(module).resolve("target/quarkus-app/quarkus-run.jar")).toString());
    return List.copyOf(command);
  }

  private static List<String> java(String heap) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap);
    command.add("-XX:+UseSerialGC");
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    return command;
  }

  private static Path existing(Path artifact) {
    if (!Files.isRegularFile(artifact)) {
      throw PlatformException.failed(
          artifact + " is missing: run ./mvnw -DskipTests package in the root of the checkout");
    }
    return artifact;
  }
}
