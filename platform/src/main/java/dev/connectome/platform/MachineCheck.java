package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks at a machine for what keeps a platform from running on it. Starts nothing. */
public final class MachineCheck {
  private static final long DISK_BYTES = 1L << 30;
  private static final long MEMORY_KIB = 1_500_000;
  private static final Pattern AVAILABLE = Pattern.compile("MemAvailable: +(\\d+) kB");

  /**
   * What was found of one thing.
   *
   * @param verdict whether a platform can run with it
   * @param says what was found; with the remedy, unless it is well
   */
  public record Finding(String subject, Verdict verdict, String says) {}

  /** What a finding means. */
  public enum Verdict {
    /** As it should be. */
    OK,
    /** A platform runs; the text says what does not, or is slow. */
    WARNING,
    /** A platform does not run before the remedy. */
    FAILED
  }

  private final Path state;
  private final Map<String, String> environment;
  private final List<Finding> findings = new ArrayList<>();

  private MachineCheck(Path state, Map<String, String> environment) {
    this.state = state;
    this.environment = environment;
  }

  /**
   * Looks at this machine.
   *
   * @param stateDirectory where a platform is to keep its state; it need not exist
   * @param environment of who would start it
   */
  public static List<Finding> run(Path stateDirectory, Map<String, String> environment)
      throws IOException, InterruptedException {
    var check = new MachineCheck(existing(stateDirectory.toAbsolutePath()), environment);
    check.system();
    check.user();
    check.folder();
    check.disk();
    check.memory();
    check.locale();
    check.engine();
    check.gpu();
    return List.copyOf(check.findings);
  }

  private static Path existing(Path path) {
    Path folder = path;
    while (!Files.isDirectory(folder) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    return folder;
  }

  private void add(String subject, Verdict verdict, String says, Object... values) {
    findings.add(new Finding(subject, verdict, says.formatted(values)));
  }

  private void system() {
    String system = System.getProperty("os.name");
    String processor = System.getProperty("os.arch");
    if (system.equals("Linux") && processor.equals("amd64")) {
      add("system", Verdict.OK, "%s on %s, %d processors", system, processor, processors());
    } else {
      add(
          "system",
          Verdict.FAILED,
          "%s on %s: the native libraries are for Linux on amd64; use such a machine or container",
          system,
          processor);
    }
    add(
        "java",
        Verdict.OK,
        "%s in %s",
        System.getProperty("java.version"),
        System.getProperty("java.home"));
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  private void user() throws IOException, InterruptedException {
    try {
      List<String> command = PostgresUser.find().command(List.of("postgres"));
      add(
          "user",
          Verdict.OK,
          command.size() == 1
              ? "an ordinary user"
              : "root; PostgreSQL runs as nobody, with " + command.get(0));
    } catch (PlatformException e) {
      add("user", Verdict.FAILED, "%s", String.valueOf(e.getMessage()));
    }
  }

  /** Programs and libraries are unpacked into the state directory. */
  private void folder() {
    try {
      Path program =
          Files.createTempFile(
              state,
              ".check",
              ".sh",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      try {
        Files.writeString(program, "#!/bin/sh\nexit 0\n");
        int code = new ProcessBuilder(program.toString()).start().waitFor();
        add(
            "folder",
            code == 0 ? Verdict.OK : Verdict.FAILED,
            "%s can be written, and programs in it run",
            state);
      } catch (IOException e) {
        add(
            "folder",
            Verdict.FAILED,
            "programs in %s do not run: is it mounted noexec? Choose another --state-dir",
            state);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        Files.deleteIfExists(program);
      }
    } catch (IOException e) {
      add(
          "folder",
          Verdict.FAILED,
          "%s cannot be written (%s): choose another --state-dir",
          state,
          e);
    }
  }

  private void disk() throws IOException {
    long free = Files.getFileStore(state).getUsableSpace();
    boolean enough = free >= DISK_BYTES;
    add(
        "disk",
        enough ? Verdict.OK : Verdict.WARNING,
        enough ? "%d MiB are free" : "%d MiB are free: a platform needs 1024; free some space",
        free >> 20);
  }

  private void memory() throws IOException {
    Matcher available = AVAILABLE.matcher(Files.readString(Path.of("/proc/meminfo")));
    if (available.find()) {
      long kib = Long.parseLong(available.group(1));
      boolean enough = kib >= MEMORY_KIB;
      add(
          "memory",
          enough ? Verdict.OK : Verdict.WARNING,
          enough
              ? "%d MiB are available"
              : "%d MiB are available: a platform with one small training needs 1500",
          kib >> 10);
    }
  }

  private void locale() {
    String encoding = System.getProperty("sun.jnu.encoding", "");
    boolean utf8 = encoding.replace("-", "").toUpperCase(Locale.ROOT).equals("UTF8");
    add(
        "locale",
        utf8 ? Verdict.OK : Verdict.WARNING,
        utf8
            ? "names of files are %s"
            : "names of files are %s: for names beyond ASCII, start with ./connectome or set"
                + " LC_ALL=C.UTF-8",
        encoding);
  }

  private void engine() {
    List<String> set =
        environment.keySet().stream().filter(name -> name.startsWith("PYTORCH_")).sorted().toList();
    boolean odd = set.contains("PYTORCH_VERSION") && !set.contains("PYTORCH_LIBRARY_PATH");
    add(
        "engine",
        odd ? Verdict.WARNING : Verdict.OK,
        odd
            ? "PYTORCH_VERSION is set without PYTORCH_LIBRARY_PATH: a platform does not pass it to"
                + " its trainers; unset it for trainers that you start yourself"
            : "variables of PyTorch: %s",
        set.isEmpty() ? "none" : String.join(", ", set));
  }

  private void gpu() {
    boolean found = Files.exists(Path.of("/dev/nvidia0"));
    add(
        "gpu",
        Verdict.OK,
        found
            ? "an NVIDIA GPU; to train on it, install libtorch and set PYTORCH_LIBRARY_PATH"
            : "none; networks train on the CPU");
  }
}
