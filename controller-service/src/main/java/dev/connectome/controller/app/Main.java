package dev.connectome.controller.app;

import com.google.common.base.Throwables;
import dev.connectome.controller.settings.ControllerSettings;
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

/** The controller's command line. */
@QuarkusMain
@Command(
    name = "controller",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = {
      "Connectome's controller: runs, policies, decisions, stops, and the API.",
      "",
      "Set everything else by properties or environment variables, such as"
          + " CONNECTOME_KAFKA_BOOTSTRAP_SERVERS, QUARKUS_DATASOURCE_JDBC_URL,"
          + " CONNECTOME_LAUNCH_KUBERNETES_IMAGE."
    })
public final class Main implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(Main.class);
  private static final String ENDPOINT = "connectome.launch.kubernetes.controller-endpoint";

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(
      names = "--launcher",
      paramLabel = "WHO",
      description =
          "launcher of runs that name none: local (processes on this machine), kubernetes (Jobs on"
              + " the cluster of KUBECONFIG or of this pod) or external. Default:"
              + " connectome.launch.standard, else local")
  private ControllerSettings.Launch.@Nullable Standard launcher;

  /** See {@code --help}. */
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
    if (launcher == ControllerSettings.Launch.Standard.KUBERNETES) {
      if (ConfigProvider.getConfig().getOptionalValue(ENDPOINT, String.class).isEmpty()) {
        command
            .commandLine()
            .getErr()
            .println(
                "controller: %s is not set; set it to the host:port at which trainers on the cluster reach this controller"
                    .formatted(ENDPOINT));
        return CommandLine.ExitCode.USAGE;
      }
      System.setProperty("connectome.launch.kubernetes.enabled", "true");
    }
    Quarkus.run(null, Main::exit);
    return 0;
  }

  /** Ends the process. Quarkus leaves reporting a failed start to this handler. */
  private static void exit(int code, @Nullable Throwable failure) {
    if (failure == null) {
      System.exit(code);
      return;
    }
    Throwable cause = Throwables.getRootCause(failure);
    if (cause instanceof QuarkusBindException conflict) {
      System.err.printf(
          "controller: cannot listen on %s:%d; another process may use the port%n",
          conflict.getHost(), conflict.getPort());
    } else if (cause instanceof ConfigurationException
        || cause instanceof ConfigValidationException) {
      System.err.println("controller: " + cause.getMessage());
    } else {
      LOG.error("start failed", failure);
      System.exit(code);
    }
    System.exit(CommandLine.ExitCode.USAGE);
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"controller " + (version == null ? "(not packaged)" : version)};
    }
  }
}
