package dev.connectome.controller.app;

import com.google.common.base.Throwables;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

  private static final Logger LOG = LoggerFactory.getLogger(Main.class);
  private static final String ENDPOINT = "connectome.launch.kubernetes.controller-endpoint";

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(
      names = "--launcher",
      paramLabel = "WHO",
      description =
          "who starts the trainers of runs that do not say: local (processes on this machine), kubernetes (Jobs, on the cluster of KUBECONFIG or of this pod) or external. Default: connectome.launch.standard, else local")
  private @Nullable Standard launcher;

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
    Quarkus.run(null, Main::exit);
    return 0;
  }

  /**
   * Ends the process. A start that failed is told here, since the framework leaves that to whoever
   * decides on the exit code.
   */
  private static void exit(int code, @Nullable Throwable failure) {
    if (failure == null) {
      System.exit(code);
      return;
    }
    Throwable cause = Throwables.getRootCause(failure);
    if (cause instanceof QuarkusBindException taken) {
      System.err.printf(
          "controller: cannot listen at %s:%d; another process may have the port%n",
          taken.getHost(), taken.getPort());
    } else if (cause instanceof ConfigurationException
        || cause instanceof ConfigValidationException) {
      System.err.println("controller: " + cause.getMessage());
    } else {
      LOG.error("start failed", failure);
      System.exit(code);
    }
    System.exit(CommandLine.ExitCode.USAGE);
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
