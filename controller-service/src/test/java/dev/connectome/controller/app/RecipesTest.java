package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.util.JsonFormat;
import dev.connectome.controller.fixture.CurlCommand;
import dev.connectome.controller.fixture.ShellCommand;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceProto;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceProto;
import io.grpc.CallOptions;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The calls of docs/recipes.md, sent as grpcurl sends them, built from JSON and the contracts'
 * descriptors, and as curl does. Each recipe begins with an empty database.
 */
class RecipesTest {

  private static final Path RECIPES = Path.of("..", "docs", "recipes.md");
  private static final Pattern CALL =
      Pattern.compile(
          "grpcurl -plaintext -d '(\\{.*?\\})'\\s+(?:\\\\\\s+)?\\$CONTROLLER\\s+(\\S+)/(\\S+)",
          Pattern.DOTALL);
  private static final List<FileDescriptor> CONTRACTS =
      List.of(TrainingRunServiceProto.getDescriptor(), TrainerRegistryServiceProto.getDescriptor());

  /** A call as it is written. */
  private record Call(String json, MethodDescriptor method) {}

  @TestFactory
  Stream<DynamicTest> everyCallOfARecipeIsAnswered() throws Exception {
    List<String> sections =
        List.of(Files.readString(RECIPES).split("\n## ", -1)).stream().skip(1).toList();
    assertThat(sections).hasSize(5);
    return sections.stream()
        .flatMap(
            section -> {
              String title = section.lines().findFirst().orElseThrow();
              return Stream.of(
                  DynamicTest.dynamicTest(title, () -> run(section)),
                  DynamicTest.dynamicTest(title + " (curl)", () -> runCurl(section)));
            });
  }

  private static ControllerUnderTest controller() throws Exception {
    return ControllerUnderTest.notStarted(
        TestDatabase.create(),
        Map.of(
            "connectome.launch.local.command[0]",
            "true",
            "connectome.launch.local.max-concurrent-runs",
            "0"));
  }

  private static void runCurl(String section) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    int sent = 0;
    String created = "";
    try (var controller = controller()) {
      for (ShellCommand command : ShellCommand.in(section, "curl")) {
        CurlCommand curl =
            CurlCommand.of(
                command.words(Map.of("HTTP", controller.http().toString(), "RUN_UID", created)));
        sent++;
        HttpResponse<InputStream> answer =
            client.send(curl.request(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
          // A stream goes on until its run ends; that it begins is enough.
          String text =
              curl.uri().getPath().endsWith(":watch")
                  ? "" + (char) body.read()
                  : new String(body.readAllBytes(), StandardCharsets.UTF_8);
          assertThat(answer.statusCode()).as(command + ": " + text).isEqualTo(200);
          if (curl.uri().getPath().equals("/v1/runs")) {
            var run = TrainingRun.newBuilder();
            JsonFormat.parser().merge(text, run);
            created = run.getUid();
          }
        }
      }
    }
    assertThat(sent)
        .as("calls, as many as with grpcurl")
        .isGreaterThanOrEqualTo(calls(section).size());
  }

  private static void run(String section) throws Exception {
    List<Call> calls = calls(section);
    assertThat(calls).as("calls").hasSize(section.split("\ngrpcurl ", -1).length - 1).isNotEmpty();
    try (var controller = controller()) {
      String created = "";
      for (Call call : calls) {
        if (call.method().isServerStreaming()) {
          var unused = request(call, created);
          continue;
        }
        DynamicMessage answer = send(controller, call, created);
        if (call.method().getName().equals("CreateTrainingRun")) {
          created = TrainingRun.parseFrom(answer.toByteArray()).getUid();
        }
      }
      assertThat(
              controller
                  .runs()
                  .getTrainingRun(
                      GetTrainingRunRequest.newBuilder().setName("runs/" + created).build())
                  .getState())
          .isIn(
              RunState.RUN_STATE_PENDING, RunState.RUN_STATE_STOPPED, RunState.RUN_STATE_COMPLETED);
    }
  }

  private static List<Call> calls(String section) {
    List<Call> calls = new ArrayList<>();
    for (MatchResult found : CALL.matcher(section).results().toList()) {
      calls.add(new Call(found.group(1), method(found.group(2), found.group(3))));
    }
    return calls;
  }

  private static MethodDescriptor method(String service, String method) {
    return CONTRACTS.stream()
        .flatMap(contract -> contract.getServices().stream())
        .filter(candidate -> candidate.getFullName().equals(service))
        .map(candidate -> candidate.findMethodByName(method))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no method " + service + "/" + method));
  }

  private static DynamicMessage request(Call call, String runUid) throws Exception {
    var request = DynamicMessage.newBuilder(call.method().getInputType());
    JsonFormat.parser().merge(call.json().replace("'$RUN_UID'", runUid), request);
    return request.build();
  }

  private static DynamicMessage send(ControllerUnderTest controller, Call call, String runUid)
      throws Exception {
    var method =
        io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
            .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(
                io.grpc.MethodDescriptor.generateFullMethodName(
                    call.method().getService().getFullName(), call.method().getName()))
            .setRequestMarshaller(
                ProtoUtils.marshaller(
                    DynamicMessage.getDefaultInstance(call.method().getInputType())))
            .setResponseMarshaller(
                ProtoUtils.marshaller(
                    DynamicMessage.getDefaultInstance(call.method().getOutputType())))
            .build();
    return ClientCalls.blockingUnaryCall(
        controller.channel(),
        method,
        CallOptions.DEFAULT.withDeadlineAfter(Duration.ofSeconds(30)),
        request(call, runUid));
  }
}
