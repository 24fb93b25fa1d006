package dev.connectome.platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A checkout in which the platform has been built, and the commands that start its parts. */
public record Installation(Path home) {
  private static final Pattern HEAP = Pattern.compile("[1-9][0-9]*[kKmMgG]?");

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

  List<String> controllerCommand(Path configuration, Path temporary) {
    return quarkusCommand(
        ServiceNames.CONTROLLER, List.of("-Xmx256m", "-XX:+UseSerialGC"), configuration, temporary);
  }

  List<String> connectomeCommand(Path configuration, Path temporary) {
    return quarkusCommand(
        ServiceNames.CONNECTOME,
        List.of(
            "-Xmx" + heap("CONNECTOME_SERVICE_HEAP", "384m"),
            "-XX:+UseG1GC",
            "-XX:G1HeapRegionSize=4m"),
        configuration,
        temporary);
  }

  /** Starts a broker of its own process; {@link BrokerProcess} is on the class path of this one. */
  List<String> brokerCommand(Path directory, int port, int controllerPort) {
    return JavaCommand.ofThisClassPath(
        List.of("-Xmx256m", "-XX:+UseSerialGC", "-Djava.awt.headless=true"),
        BrokerProcess.class,
        List.of(directory.toString(), Integer.toString(port), Integer.toString(controllerPort)));
  }

  /**
   * Starts a trainer, which is configured by its environment.
   *
   * @param crashReports where the virtual machine reports a crash of native code
   */
  public List<String> trainerCommand(Path crashReports) {
    return javaCommand(
        // The engine does the work: the optimizing compiler would cost more than it saves.
        List.of(
            "-Xmx" + heap("CONNECTOME_TRAINER_HEAP", "384m"),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:ErrorFile=" + crashReports.resolve("trainer-%p.hs_err.log")),
        trainerJar());
  }

  private Path trainerJar() {
    return home.resolve("trainer-service/target/trainer-service.jar");
  }

  /** Ends with exit code 0 if the trainer can read the data in a folder, else says why not. */
  List<String> dataCheckCommand(Path directory) {
    Path jar = existing(trainerJar());
    List<String> command =
        JavaCommand.of(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", jar.toString()));
    command.add("dev.connectome.trainer.service.data.DataCheck");
    command.add(directory.toString());
    return List.copyOf(command);
  }

  /** Where PostgreSQL's programs are unpacked, once; the directory may not exist yet. */
  public Path unpackedPrograms() {
    return home.resolve("platform/target/programs");
  }

  /** A heap from the environment, as in {@code 1g} or {@code 512m}. */
  private static String heap(String variable, String otherwise) {
    String heap = System.getenv().getOrDefault(variable, otherwise);
    if (!HEAP.matcher(heap).matches()) {
      throw PlatformException.badInput(
          variable
              + " is \""
              + heap.substring(0, Math.min(64, heap.length()))
              + "\": it must be a size of a heap, for example 512m or 2g");
    }
    return heap;
  }

  /** Natives unpack into {@code temporary}: the system's folder may not admit programs. */
  private List<String> quarkusCommand(
      String module, List<String> options, Path configuration, Path temporary) {
    List<String> all = new ArrayList<>(options);
    all.add("-Djava.io.tmpdir=" + temporary);
    // A list, in which a comma separates.
    all.add("-Dsmallrye.config.locations=" + configuration.toUri().toString().replace(",", "%2C"));
    return javaCommand(all, home.resolve(module).resolve("target/quarkus-app/quarkus-run.jar"));
  }

  private List<String> javaCommand(List<String> options, Path jar) {
    List<String> command = JavaCommand.of(options);
    command.addAll(List.of("-jar", existing(jar).toString()));
    return List.copyOf(command);
  }

  private Path existing(Path jar) {
    if (!Files.isRegularFile(jar)) {
      throw PlatformException.failed(
          jar + " is missing: run ./mvnw -DskipTests package in " + home);
    }
    return jar;
  }
}
