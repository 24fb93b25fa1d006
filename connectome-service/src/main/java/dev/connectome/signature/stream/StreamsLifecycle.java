package dev.connectome.signature.stream;

import dev.connectome.signature.compute.SignatureEngine;
import dev.connectome.signature.metrics.PipelineMeters;
import dev.connectome.signature.settings.ConnectomeSettings;
import dev.connectome.signature.stream.ServicePhase.Kind;
import dev.connectome.signature.topics.TopicPlan;
import dev.connectome.signature.topics.TopicProvisioner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings Kafka Streams up and down: waits for the broker, makes and checks the topics, starts; the
 * native libraries are loaded beside that. All of it happens on threads of its own, so that the
 * process is up and says what it waits for meanwhile.
 */
public final class StreamsLifecycle implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(StreamsLifecycle.class);
  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final Duration LAST_RETRY = Duration.ofSeconds(5);
  private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(2_000);

  private final ConnectomeSettings settings;
  private final PipelineMeters meters;
  private final Consumer<ServicePhase> listener;
  private final TopicProvisioner provisioner;
  private final SignatureEngine engine = new SignatureEngine(System::nanoTime);
  private final CompletableFuture<Void> natives = new CompletableFuture<>();
  private final ScheduledExecutorService starter;

  private final Object phaseLock = new Object();
  private volatile ServicePhase phase =
      new ServicePhase(Kind.WAITING_FOR_BROKER, "the broker has not been asked yet");
  private @Nullable KafkaStreams streams;
  private Duration retry = FIRST_RETRY;

  /**
   * Prepares the lifecycle.
   *
   * @param settings the settings
   * @param meters what counts
   * @param listener is told every phase, on whatever thread it begins
   */
  public StreamsLifecycle(
      ConnectomeSettings settings, PipelineMeters meters, Consumer<ServicePhase> listener) {
    this.settings = settings;
    this.meters = meters;
    this.listener = listener;
    this.provisioner = new TopicProvisioner(new TopicPlan(settings.kafka()));
    this.starter =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "streams-starter");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Begins; returns at once. */
  public void start() {
    Thread loader = new Thread(this::loadNatives, "natives-loader");
    loader.setDaemon(true);
    loader.start();
    starter.execute(this::provisionAndStart);
  }

  /**
   * Where the service is.
   *
   * @return the phase
   */
  public ServicePhase phase() {
    return phase;
  }

  /**
   * What Kafka Streams measures.
   *
   * @return its metrics; empty before it is started
   */
  public synchronized Map<MetricName, ? extends Metric> metrics() {
    return streams == null ? Map.of() : streams.metrics();
  }

  /** Ends the streams after their current records, within two seconds. */
  @Override
  public void close() {
    enter(Kind.STOPPED, "the service ends");
    closeStreams();
  }

  private void closeStreams() {
    starter.shutdownNow();
    synchronized (this) {
      if (streams != null && !streams.close(CLOSE_TIMEOUT)) {
        LOG.warnf("streams not closed in time timeout=%s", CLOSE_TIMEOUT);
      }
    }
  }

  /** A second or two, in which the rest of the start mostly waits for the broker. */
  private void loadNatives() {
    try {
      engine.warmUp();
      natives.complete(null);
    } catch (LinkageError e) {
      LOG.error("native library not loaded", e);
      enter(Kind.FAILED, "the native libraries could not be loaded: " + e);
      closeStreams();
    }
  }

  private void provisionAndStart() {
    try (Admin admin = Admin.create(KafkaConfig.admin(settings.kafka()))) {
      List<String> mismatches = provisioner.provision(admin);
      if (mismatches.isEmpty()) {
        startStreams();
        return;
      }
      mismatches.forEach(mismatch -> LOG.errorf("topic unusable message=%s", mismatch));
      enter(Kind.TOPICS_UNUSABLE, String.join("; ", mismatches));
    } catch (ExecutionException e) {
      waitForBroker(e.getCause() == null ? e : e.getCause());
    } catch (KafkaException e) {
      waitForBroker(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    retryLater();
  }

  private void waitForBroker(Throwable cause) {
    String detail =
        "broker %s: %s".formatted(settings.kafka().bootstrapServers(), cause.getMessage());
    LOG.warnf("broker not usable yet retryIn=%s message=%s", retry, detail);
    enter(Kind.WAITING_FOR_BROKER, detail);
  }

  private void retryLater() {
    if (!starter.isShutdown()) {
      starter.schedule(this::provisionAndStart, retry.toMillis(), TimeUnit.MILLISECONDS);
      Duration doubled = retry.multipliedBy(2);
      retry = doubled.compareTo(LAST_RETRY) < 0 ? doubled : LAST_RETRY;
    }
  }

  private synchronized void startStreams() {
    if (!phase.admits(Kind.STARTING)) {
      return;
    }
    enter(Kind.STARTING, "partitions are being assigned and state is being restored");
    KafkaStreams created = SignatureStreams.create(settings, engine, meters);
    created.setStateListener((state, before) -> follow(state));
    streams = created;
    created.start();
  }

  /** A rebalance of running streams only moves partitions; it does not make the service unready. */
  private void follow(KafkaStreams.State state) {
    if (state == KafkaStreams.State.RUNNING) {
      natives.thenRun(() -> enter(Kind.RUNNING, "signatures are computed"));
    } else if (state == KafkaStreams.State.ERROR) {
      enter(Kind.FAILED, "Kafka Streams gave up; its log says why");
    }
  }

  private void enter(Kind kind, String detail) {
    ServicePhase next = new ServicePhase(kind, detail);
    ServicePhase before;
    synchronized (phaseLock) {
      before = phase;
      if (!before.admits(kind)) {
        return;
      }
      phase = next;
    }
    if (before.kind() != kind) {
      LOG.infof("phase entered phase=%s", kind);
      listener.accept(next);
    }
  }
}
