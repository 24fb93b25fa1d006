package dev.connectome.signature.stream;

import dev.connectome.signature.compute.SignatureEngine;
import dev.connectome.signature.metrics.PipelineMeters;
import dev.connectome.signature.settings.ConnectomeSettings;
import dev.connectome.signature.stream.ServicePhase.Kind;
import dev.connectome.signature.topics.TopicPlan;
import dev.connectome.signature.topics.TopicProvisioner;
import java.time.Duration;
import java.time.InstantSource;
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
 * Starts and stops Kafka Streams: waits for the broker, creates and checks the topics, starts the
 * streams; loads the native libraries at the same time. All of it runs on threads of its own, so
 * that the process can report meanwhile what it is waiting for.
 */
public final class StreamsLifecycle implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(StreamsLifecycle.class);
  private static final Duration INITIAL_BACKOFF = Duration.ofMillis(100);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(5);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final ConnectomeSettings settings;
  private final PipelineMeters meters;
  private final PhaseTracker phases;
  private final TopicProvisioner provisioner;
  private final SignatureEngine engine;
  private final CompletableFuture<Void> nativesLoaded = new CompletableFuture<>();
  private final ScheduledExecutorService starter;

  private @Nullable KafkaStreams streams;
  private Duration backoff = INITIAL_BACKOFF;

  /** Prepares the lifecycle; {@code listener} is called with every phase, on any thread. */
  public StreamsLifecycle(
      ConnectomeSettings settings, PipelineMeters meters, Consumer<ServicePhase> listener) {
    this.settings = settings;
    this.meters = meters;
    this.engine = new SignatureEngine(settings.memoryBudget(), System::nanoTime);
    this.phases = new PhaseTracker(listener);
    this.provisioner = new TopicProvisioner(new TopicPlan(settings.kafka()));
    this.starter =
        Executors.newSingleThreadScheduledExecutor(task -> daemon("streams-starter", task));
  }

  /** Starts in the background. */
  public void start() {
    daemon("natives-loader", this::loadNatives).start();
    starter.execute(this::provisionAndStart);
  }

  public ServicePhase phase() {
    return phases.current();
  }

  /** The metrics of Kafka Streams; empty before it is started. */
  public synchronized Map<MetricName, ? extends Metric> metrics() {
    return streams == null ? Map.of() : streams.metrics();
  }

  /** Stops the streams after their current records, within two seconds. */
  @Override
  public void close() {
    phases.enter(Kind.STOPPED, "the service is shutting down");
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

  /** Takes a second or two, during which the rest of the startup mostly waits for the broker. */
  private void loadNatives() {
    try {
      engine.warmUp();
      nativesLoaded.complete(null);
    } catch (RuntimeException | LinkageError e) {
      fail("the native libraries could not be loaded: ", e);
    }
  }

  private void provisionAndStart() {
    try {
      if (provision()) {
        // Kafka Streams has a native library too: two that are loaded at once can wait for each
        // other.
        nativesLoaded.get();
        startStreams();
      } else {
        retryLater();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | RuntimeException | LinkageError e) {
      fail("the streams could not be started: ", e);
    }
  }

  /** Whether the broker has the topics. */
  private boolean provision() throws InterruptedException {
    try (Admin admin = Admin.create(KafkaConfig.admin(settings.kafka()))) {
      List<String> mismatches = provisioner.provision(admin);
      if (mismatches.isEmpty()) {
        return true;
      }
      mismatches.forEach(mismatch -> LOG.errorf("topic unusable message=%s", mismatch));
      phases.enter(Kind.TOPICS_UNUSABLE, String.join("; ", mismatches));
    } catch (ExecutionException e) {
      waitForBroker(e.getCause() == null ? e : e.getCause());
    } catch (KafkaException e) {
      waitForBroker(e);
    }
    return false;
  }

  /** For good: only another process can help, or a person. */
  private void fail(String what, Throwable cause) {
    LOG.error("service failed", cause);
    phases.enter(Kind.FAILED, what + Causes.first(cause));
    closeStreams();
  }

  private void waitForBroker(Throwable cause) {
    String detail =
        "broker %s: %s".formatted(settings.kafka().bootstrapServers(), cause.getMessage());
    LOG.warnf("broker not usable yet retryIn=%s message=%s", backoff, detail);
    phases.enter(Kind.WAITING_FOR_BROKER, detail);
  }

  private void retryLater() {
    if (!starter.isShutdown()) {
      starter.schedule(this::provisionAndStart, backoff.toMillis(), TimeUnit.MILLISECONDS);
      Duration doubled = backoff.multipliedBy(2);
      backoff = doubled.compareTo(MAX_BACKOFF) < 0 ? doubled : MAX_BACKOFF;
    }
  }

  private synchronized void startStreams() {
    if (!phase().canBecome(Kind.STARTING)) {
      return;
    }
    phases.enter(Kind.STARTING, "partitions are being assigned and state is being restored");
    var replacements = new ThreadReplacements(settings.streams().threads(), InstantSource.system());
    KafkaStreams created = SignatureStreams.create(settings, engine, meters, replacements);
    created.setStateListener((state, before) -> onStateChange(state, replacements));
    streams = created;
    created.start();
  }

  /** A rebalance of running streams only moves partitions; the service stays ready. */
  private void onStateChange(KafkaStreams.State state, ThreadReplacements replacements) {
    if (state == KafkaStreams.State.RUNNING) {
      phases.enter(Kind.RUNNING, "signatures are being computed");
    } else if (state == KafkaStreams.State.ERROR) {
      phases.enter(Kind.FAILED, "Kafka Streams gave up: " + replacements.lastCause());
    }
  }

  private static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
