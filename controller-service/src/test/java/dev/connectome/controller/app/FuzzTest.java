package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
import dev.connectome.controller.fixture.RandomMessages;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceProto;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceProto;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Whatever a request holds, it is answered, and never as if the controller were broken. Seeded;
 * {@code -Pfuzz} sends 100,000 requests to each method, {@code -Dfuzz.inputs=N} sends N.
 */
@Isolated("It looks at all that is logged.")
class FuzzTest extends ApiOverGrpc {

  private static final int INPUTS = 200;
  private static final int CALLERS = 8;
  private static final List<Status.Code> BROKEN =
      List.of(
          Status.Code.INTERNAL,
          Status.Code.UNKNOWN,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.UNAVAILABLE,
          Status.Code.DATA_LOSS,
          Status.Code.RESOURCE_EXHAUSTED);

  private final List<String> known = new ArrayList<>();
  private final ConcurrentLinkedQueue<LogRecord> traces = new ConcurrentLinkedQueue<>();

  @Test
  void whateverARequestHoldsItIsAnswered() throws Exception {
    Handler handler = handler();
    Logger.getLogger("").addHandler(handler);
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    int inputs = Integer.getInteger("fuzz.inputs", INPUTS);
    try (SimulatedTrainer trainer = populate()) {
      List<Callable<List<String>>> work = new ArrayList<>();
      for (MethodDescriptor method : methods()) {
        work.add(() -> fuzz(method, inputs));
      }
      List<String> broken = new ArrayList<>();
      for (Future<List<String>> answers : callers.invokeAll(work)) {
        broken.addAll(answers.get());
      }

      assertThat(broken).isEmpty();
      assertThat(traces)
          .extracting(record -> record.getMessage() + ": " + record.getThrown())
          .isEmpty();
      for (String list : List.of("/v1/runs?page_size=1000", "/v1/enforcement/changes")) {
        assertThat(get(list).statusCode()).isEqualTo(200);
      }
      assertThat(trainer.runUid()).isNotEmpty();
    } finally {
      callers.shutdownNow();
      Logger.getLogger("").removeHandler(handler);
    }
  }

  /** Runs of every kind that fuzzed requests hit upon. */
  private SimulatedTrainer populate() throws Exception {
    TrainingRun live = create("live", "");
    TrainingRun pending = create("pending", UUID.randomUUID().toString());
    create("stopped", "");
    stopRun("stopped");
    var trainer = new SimulatedTrainer(controller.channel(), live.getUid());
    trainer.register();
    known.addAll(
        List.of(
            "runs/live",
            "runs/pending",
            "runs/stopped",
            "runs/" + live.getUid(),
            live.getUid(),
            pending.getUid(),
            trainer.instanceId(),
            live.getEtag(),
            "live",
            "labels",
            "labels.a",
            "policy",
            "spec.epochs",
            "state = PENDING OR metrics.a < 1",
            "name desc, lowest.a",
            "*"));
    return trainer;
  }

  private static List<MethodDescriptor> methods() {
    return Stream.of(
            TrainingRunServiceProto.getDescriptor(), TrainerRegistryServiceProto.getDescriptor())
        .flatMap(file -> file.getServices().stream())
        .flatMap(service -> service.getMethods().stream())
        .toList();
  }

  private List<String> fuzz(MethodDescriptor method, int inputs) {
    List<String> broken = new ArrayList<>();
    for (int seed = 0; seed < inputs && broken.size() < 3; seed++) {
      DynamicMessage request = new RandomMessages(seed, known).of(method.getInputType());
      Status status = call(method, request);
      if (BROKEN.contains(status.getCode())) {
        String text = TextFormat.printer().shortDebugString(request);
        broken.add(
            "%s, seed %d: %s for %s"
                .formatted(
                    method.getName(),
                    seed,
                    status,
                    text.substring(0, Math.min(2_000, text.length()))));
      }
    }
    return broken;
  }

  private Status call(MethodDescriptor method, DynamicMessage request) {
    var grpcMethod =
        io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
            .setType(method.isServerStreaming() ? MethodType.SERVER_STREAMING : MethodType.UNARY)
            .setFullMethodName(
                io.grpc.MethodDescriptor.generateFullMethodName(
                    method.getService().getFullName(), method.getName()))
            .setRequestMarshaller(
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getInputType())))
            .setResponseMarshaller(
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getOutputType())))
            .build();
    ClientCall<DynamicMessage, DynamicMessage> call =
        controller
            .channel()
            .newCall(grpcMethod, CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS));
    try {
      if (method.isServerStreaming()) {
        Iterator<DynamicMessage> items = ClientCalls.blockingServerStreamingCall(call, request);
        var unused = items.hasNext();
        call.cancel("enough was seen", null);
      } else {
        var unused = ClientCalls.blockingUnaryCall(call, request);
      }
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI uri = controller.http().resolve(path);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(60)).build(),
            BodyHandlers.ofString());
  }

  private Handler handler() {
    return new Handler() {
      @Override
      public void publish(LogRecord record) {
        if (record.getThrown() != null) {
          traces.add(record);
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}
