package dev.connectome.controller.app;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts a controller. */
@QuarkusMain
@Command(
    name = "controller",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = {
      "Connectome's controller: runs, policies, decisions, stops, and the API.",
      "",
      "Everything else is set by properties or environment variables, for instance CONNECTOME_KAFKA_BOOTSTRAP_SERVERS, QUARKUS_DATASOURCE_JDBC_URL, CONNECTOME_LAUNCH_KUBERNETES_IMAGE."
    })
public final class Main implements Callable<Integer> {

  /** Who can start trainers. */
  enum Standard {
    LOCAL,
    KUBERNETES,
    EXTERNAL
  }

  private static final String ENDPOINT = "connectome.launch.kubernetes.controller-endpoint";

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(
      names = "--launcher",
      paramLabel = "WHO",
      description =
          "who starts the trainers of runs that do not say: local (processes on this machine), kubernetes (Jobs, on the cluster of KUBECONFIG or of this pod) or external. Default: connectome.launch.standard, else local")
  private @org.jspecify.annotations.Nullable Standard launcher;

  /**
   * Starts a controller; returns when it has ended.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String... arguments) {
    int code =
        new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments);
    if (code != 0) {
      System.exit(code);
    }
  }

  @Override
  public Integer call() {
    if (launcher != null) {
      System.setProperty("connectome.launch.standard", launcher.name().toLowerCase(Locale.ROOT));
    }
    if (launcher == Standard.KUBERNETES) {
      if (ConfigProvider.getConfig().getOptionalValue(ENDPOINT, String.class).isEmpty()) {
        command
            .commandLine()
            .getErr()
            .println(
                "controller: %s is not set: say where trainers on the cluster find this controller, host:port"
                    .formatted(ENDPOINT));
        return CommandLine.ExitCode.USAGE;
      }
      System.setProperty("connectome.launch.kubernetes.enabled", "true");
    }
    Quarkus.run();
    return 0;
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"controller " + (version == null ? "(not packaged)" : version)};
    }
  }
}
