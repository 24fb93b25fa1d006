package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.connectome.controller.api.CallerInterceptor;
import dev.connectome.controller.fixture.RawHttp;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.fixture.Tokens;
import dev.connectome.identity.Access;
import dev.connectome.identity.Decision;
import dev.connectome.identity.Principal;
import dev.connectome.identity.Role;
import dev.connectome.identity.Token;
import dev.connectome.identity.client.BearerToken;
import dev.connectome.identity.client.TokenSource;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainerReportServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainerSessionServiceGrpc;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in, on every method, over real gRPC and real HTTP. */
class DoorTest {

  private static final List<io.grpc.ServiceDescriptor> SERVICES =
      List.of(
          TrainingRunServiceGrpc.getServiceDescriptor(),
          TrainerRegistryServiceGrpc.getServiceDescriptor(),
          TrainerReportServiceGrpc.getServiceDescriptor());

  @TempDir private static Path folder;
  private static Tokens tokens;
  private static ControllerUnderTest controller;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws Exception {
    tokens = new Tokens(folder.resolve("tokens"));
    controller = ControllerUnderTest.notStarted(TestDatabase.create(), tokens.settings());
  }

  @AfterAll
  static void stop() {
    controller.close();
  }

  static Stream<MethodDescriptor<?, ?>> methods() {
    return Stream.concat(
        methodsWithAPath(), TrainerSessionServiceGrpc.getServiceDescriptor().getMethods().stream());
  }

  static Stream<MethodDescriptor<?, ?>> methodsWithAPath() {
    return SERVICES.stream().flatMap(service -> service.getMethods().stream());
  }

  @ParameterizedTest
  @MethodSource("methods")
  void whoShowsNoTokenOrAnotherOneIsLetInNowhere(MethodDescriptor<?, ?> method) throws Exception {
    assertThat(call(method, null)).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(call(method, token(Token.create()))).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(call(method, token(Token.hash(tokens.of(Role.ADMIN)))))
        .isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void eachRoleIsLetInWhereItsRowsSay(MethodDescriptor<?, ?> method) throws Exception {
    for (Role role : Role.values()) {
      boolean allowed =
          Access.decide(Optional.of(new Principal("x", role)), method.getFullMethodName())
              instanceof Decision.Allowed;
      Status.Code code = call(method, tokens.credentials(role));

      if (allowed) {
        assertThat(code)
            .as(role.name())
            .isNotIn(Status.Code.UNAUTHENTICATED, Status.Code.PERMISSION_DENIED);
      } else {
        assertThat(code).as(role.name()).isEqualTo(Status.Code.PERMISSION_DENIED);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methodsWithAPath")
  void theSameHoldsOverHttp(MethodDescriptor<?, ?> method) throws Exception {
    HttpRule rule = rule(method);

    assertThat(status(rule, null)).isEqualTo(401);
    assertThat(status(rule, Token.create())).isEqualTo(401);
    for (Role role : Role.values()) {
      boolean allowed =
          Access.decide(Optional.of(new Principal("x", role)), method.getFullMethodName())
              instanceof Decision.Allowed;
      int status = status(rule, tokens.of(role));

      if (allowed) {
        assertThat(status).as(role.name()).isNotIn(401, 403);
      } else {
        assertThat(status).as(role.name()).isEqualTo(403);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/openapi.json", "/q/metrics", "/nothing", "/session/links", "/page"})
  void whatIsNotThePageOrHealthAsks(String path) throws Exception {
    assertThat(raw(path)).startsWith("HTTP/1.1 401").contains("WWW-Authenticate: Bearer");
    assertThat(get(path, tokens.of(Role.TRAINER))).isEqualTo(403);
    assertThat(get(path, tokens.of(Role.VIEWER))).isNotIn(401, 403);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/page/main.js", "/page/uplot.js"})
  void thePagesFilesAreForAnybody(String path) throws Exception {
    assertThat(raw(path)).startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/page/../v1/runs",
        "/page/%2e%2e/v1/runs",
        "/page/..%2fv1/runs",
        "/page//../../v1/runs",
        "//v1/runs",
        "/./v1/runs",
        "/q/health/../../v1/runs",
        "/v1/runs?/page/main.js",
        "/v1/runs#/page/main.js",
        "/V1/runs",
        "/v1;/runs"
      })
  void noSpellingOfAPathIsAWayAround(String path) throws Exception {
    assertThat(raw(path)).doesNotStartWith("HTTP/1.1 200").doesNotContain("\"runs\"");
  }

  @Test
  void noHeaderMakesACallerOfOnesOwn() throws Exception {
    assertThat(
            HTTP.send(
                    HttpRequest.newBuilder(controller.http().resolve("/v1/runs"))
                        .header("principal", "ADMIN ada")
                        .header("Authorization", "Basic " + tokens.of(Role.ADMIN))
                        .build(),
                    BodyHandlers.discarding())
                .statusCode())
        .isEqualTo(401);
  }

  @ParameterizedTest
  @EnumSource(
      value = Role.class,
      names = {"OPERATOR", "ADMIN"})
  void eventsNameThePrincipalAndItsNote(Role role) {
    String id = "by-" + role.name().toLowerCase(java.util.Locale.ROOT);
    String name = role.name().toLowerCase(java.util.Locale.ROOT);
    var runs = controller.runs().withCallCredentials(tokens.credentials(role));
    var created =
        runs.createTrainingRun(
            CreateTrainingRunRequest.newBuilder()
                .setTrainingRunId(id)
                .setTrainingRun(
                    TrainingRun.newBuilder().setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL))
                .build());
    var headers = new Metadata();
    headers.put(CallerInterceptor.HEADER, "for pipeline-7");
    var stopped =
        runs.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .stopTrainingRun(
                StopTrainingRunRequest.newBuilder().setName(created.getName()).build());

    assertThat(
            runs.listRunEvents(
                    ListRunEventsRequest.newBuilder().setParent(stopped.getName()).build())
                .getEventsList())
        .extracting(RunEvent::getActor)
        .containsExactly(name, name + ", for pipeline-7");
  }

  @Test
  void aTokenThatIsTakenBackIsWorthNothingFromThenOn() throws Exception {
    try {
      tokens.grant(List.of(Role.ADMIN));
      assertThat(get("/v1/runs", tokens.of(Role.VIEWER))).isEqualTo(401);
      assertThat(get("/v1/runs", tokens.of(Role.ADMIN))).isEqualTo(200);
    } finally {
      tokens.grant(List.of(Role.values()));
    }
  }

  private static CallCredentials token(String token) {
    return new BearerToken(new TokenSource.OfText(token));
  }

  private static <Q, A> Status.Code call(MethodDescriptor<Q, A> method, CallCredentials credentials)
      throws Exception {
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
    ClientCall<Q, A> call =
        controller
            .channel()
            .newCall(
                method, credentials == null ? options : options.withCallCredentials(credentials));
    var end = new CompletableFuture<Status.Code>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(A message) {
            end.complete(Status.Code.OK);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status.getCode());
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(method.getRequestMarshaller().parse(new ByteArrayInputStream(new byte[0])));
    call.halfClose();
    Status.Code code = end.get(30, TimeUnit.SECONDS);
    call.cancel("seen enough", null);
    return code;
  }

  private static HttpRule rule(MethodDescriptor<?, ?> method) {
    ServiceDescriptor service =
        SERVICES.stream()
            .filter(one -> one.getName().equals(method.getServiceName()))
            .map(one -> (ProtoServiceDescriptorSupplier) one.getSchemaDescriptor())
            .findFirst()
            .orElseThrow()
            .getServiceDescriptor();
    return service
        .findMethodByName(method.getBareMethodName())
        .getOptions()
        .getExtension(AnnotationsProto.http);
  }

  private static int status(HttpRule rule, String token) throws Exception {
    String path =
        (rule.getGet() + rule.getPost() + rule.getPatch() + rule.getDelete())
            .replaceAll("\\{[^}]*\\}", "runs/nobody");
    String verb =
        rule.hasGet() ? "GET" : rule.hasPost() ? "POST" : rule.hasPatch() ? "PATCH" : "DELETE";
    var request =
        HttpRequest.newBuilder(controller.http().resolve(path))
            .header("Content-Type", "application/json")
            .method(verb, BodyPublishers.ofString(verb.equals("GET") ? "" : "{}"));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return HTTP.send(request.build(), BodyHandlers.discarding()).statusCode();
  }

  private static int get(String path, String token) throws Exception {
    URI uri = controller.http().resolve(path);
    return HTTP.send(
            HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token).build(),
            BodyHandlers.discarding())
        .statusCode();
  }

  private static String raw(String path) throws Exception {
    return RawHttp.get(controller.http().getPort(), path, "127.0.0.1");
  }
}
