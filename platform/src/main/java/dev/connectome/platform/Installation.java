package dev.connectome.platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A checkout in which the platform has been built, and the commands that start its parts. */
public record Installation(Path home) {
  /** The system property that names the root of the checkout. */
  public static final String HOME_PROPERTY = "connectome.home";

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

  List<String> controllerCommand(Path configuration) {
    return quarkusCommand(
        "controller-service", List.of("-Xmx256m", "-XX:+UseSerialGC"), configuration);
  }

  List<String> connectomeCommand(Path configuration) {
    return quarkusCommand(
        "connectome-service",
        List.of("-Xmx384m", "-XX:+UseG1GC", "-XX:G1HeapRegionSize=4m"),
        configuration);
  }

  /** Starts a trainer, which is configured by its environment. */
  public List<String> trainerCommand() {
    return javaCommand(
        // The engine does the work: the optimizing compiler would cost more than it saves.
        List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        home.resolve("trainer-service/target/trainer-service.jar"));
  }

  /** Where PostgreSQL's programs are unpacked, once; the directory may not exist yet. */
  public Path unpackedPrograms() {
    return home.resolve("platform/target/programs");
  }

  private List<String> quarkusCommand(String module, List<String> options, Path configuration) {
    List<String> all = new ArrayList<>(options);
    all.add("-Dsmallrye.config.locations=" + configuration.toUri());
    return javaCommand(all, home.resolve(module).resolve("target/quarkus-app/quarkus-run.jar"));
  }

  private List<String> javaCommand(List<String> options, Path jar) {
    if (!Files.isRegularFile(jar)) {
      throw PlatformException.failed(
          jar + " is missing: run ./mvnw -DskipTests package in " + home);
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of("-jar", jar.toString()));
    return List.copyOf(command);
  }
}
