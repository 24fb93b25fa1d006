package dev.connectome.platform;

import java.nio.file.Path;
import java.util.Map;

/** A {@link KafkaBroker} as a process of its own, which SIGTERM ends. */
final class BrokerProcess {
  private BrokerProcess() {}

  /**
   * Starts the broker.
   *
   * @param arguments the directory, the port of the clients and that of the broker's controller
   */
  public static void main(String[] arguments) throws Exception {
    PlatformLog.toStandardOutput();
    KafkaBroker broker =
        KafkaBroker.start(
            Path.of(arguments[0]),
            new KafkaBroker.Ports(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2])),
            Map.of());
    Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "close"));
  }
}
