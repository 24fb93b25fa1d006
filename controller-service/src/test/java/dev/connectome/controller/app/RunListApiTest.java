package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import dev.connectome.controller.filter.RunFilter;
import dev.connectome.controller.filter.RunOrder;
import dev.connectome.controller.fixture.RunOracle;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.RunView;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Lists of runs, filtered, ordered and in views. */
class RunListApiTest extends ApiOverGrpc {

  private static final String[] TEAMS = {"vision", "speech", "a_b", "axb"};
  private static final String[] ORDERS = {
    "",
    "name",
    "state desc, name",
    "labels.team, lowest.trainLoss desc",
    "end_time",
    "metrics.testAccuracy desc",
    "highest.deathDistance, labels.team desc",
    "progress.completed_epochs desc, start_time desc",
    "update_time",
    "attempt, launcher"
  };

  @Test
  void whatIsListedIsWhatFilterAndOrderMean() throws Exception {
    populate();
    List<TrainingRun> all =
        list(ListTrainingRunsRequest.newBuilder().setPageSize(1_000)).getTrainingRunsList();
    int selective = 0;
    for (int seed = 0; seed < 100; seed++) {
      var random = new Random(seed);
      String filter = condition(random, all, 0);
      String order = ORDERS[random.nextInt(ORDERS.length)];
      List<String> expected =
          all.stream()
              .filter(run -> RunOracle.accepts(RunFilter.parse(filter), run))
              .sorted(RunOracle.comparator(RunOrder.parse(order)))
              .map(TrainingRun::getName)
              .toList();

      assertThat(pages(filter, order, 3 + random.nextInt(30)))
          .as("seed %d: %s, ordered by %s", seed, filter, order)
          .isEqualTo(expected);
      selective += expected.isEmpty() || expected.size() == all.size() ? 0 : 1;
    }
    assertThat(selective).isGreaterThan(33);
  }

  @Test
  void aFilterThatIsWrongIsRefusedAndNeverBreaksTheController() {
    create("a", "");
    StatusRuntimeException refused = refusal(() -> pages("state = RUNNING AND loss < 1", "", 10));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused)
        .hasMessageContaining("filter has 'loss' at character 21; the fields are name, uid, state");
    assertThat(refusal(() -> pages("", "loss", 10)))
        .hasMessageContaining("order_by has 'loss' at character 1");
    for (int seed = 0; seed < 100; seed++) {
      var random = new Random(seed);
      var text = new StringBuilder(condition(random, List.of(controller.get("a")), 0));
      text.insert(random.nextInt(text.length()), "%_'\"\\;:()*-<\u0001".charAt(random.nextInt(13)));
      try {
        var unused = pages(text.toString(), "", 10);
      } catch (StatusRuntimeException e) {
        assertThat(e.getStatus().getCode()).as("%s", text).isEqualTo(Status.Code.INVALID_ARGUMENT);
      }
    }
  }

  @Test
  void aPageTokenIsOfUseOnlyWithItsFilterAndOrder() {
    create("a", "");
    create("b", "");
    var first =
        ListTrainingRunsRequest.newBuilder().setPageSize(1).setFilter("name:*").setOrderBy("name");
    first.setPageToken(list(first).getNextPageToken());

    assertThat(list(first).getTrainingRunsList())
        .extracting(TrainingRun::getName)
        .containsExactly("runs/b");
    for (ListTrainingRunsRequest.Builder other :
        List.of(
            first.clone().setFilter("name = *"),
            first.clone().setOrderBy("name desc"),
            first.clone().clearOrderBy())) {
      assertThat(refusal(() -> list(other)).getStatus().getCode())
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void theBasicViewLeavesOutWhatIsLong() throws Exception {
    String uid = runToItsEnd();
    TrainingRun full = controller.get("a");
    TrainingRun basic =
        controller
            .runs()
            .getTrainingRun(
                GetTrainingRunRequest.newBuilder()
                    .setName("runs/" + uid)
                    .setView(RunView.RUN_VIEW_BASIC)
                    .build());

    assertThat(full.hasPolicy()).isTrue();
    assertThat(full.getSpec().hasData()).isTrue();
    assertThat(basic.hasPolicy()).isFalse();
    assertThat(basic.getShadowPoliciesList()).isEmpty();
    assertThat(basic.getShadowDecisionsList()).isEmpty();
    assertThat(basic.getSpec().hasData()).isFalse();
    assertThat(basic.getSpec().getEpochs()).isEqualTo(full.getSpec().getEpochs());
    assertThat(basic.getProgress()).isEqualTo(full.getProgress());
    assertThat(basic.getState()).isEqualTo(full.getState());
    assertThat(basic.getLowestMap()).containsEntry("trainLoss", 0.125);
    assertThat(basic.getSerializedSize()).isLessThan(full.getSerializedSize());
    assertThat(
            list(ListTrainingRunsRequest.newBuilder().setView(RunView.RUN_VIEW_BASIC))
                .getTrainingRunsList())
        .containsExactly(basic);
  }

  @Test
  void itIsTheSameOverHttp() throws Exception {
    create("a", "");
    create("b", "");

    HttpResponse<String> answer =
        get("filter=" + encoded("name = (b OR c)") + "&view=RUN_VIEW_BASIC");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("runs/b")
        .doesNotContain("runs/a")
        .doesNotContain("\"policy\"");
    HttpResponse<String> refused = get("filter=" + encoded("name ~ b"));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("at character 6");
  }

  private HttpResponse<String> get(String query) throws Exception {
    URI uri = controller.http().resolve("/v1/runs?" + query);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private void populate() throws Exception {
    var random = new Random(1);
    for (int i = 0; i < 24; i++) {
      String name = (i % 3 == 0 ? "sweep-" : "run-") + i;
      TrainingRun.Builder run = external().setPolicy(plateau());
      if (random.nextInt(4) > 0) {
        run.putLabels("team", TEAMS[random.nextInt(TEAMS.length)]);
      }
      String uid =
          controller
              .runs()
              .createTrainingRun(
                  CreateTrainingRunRequest.newBuilder()
                      .setTrainingRunId(name)
                      .setTrainingRun(run)
                      .build())
              .getUid();
      if (i % 4 > 0) {
        train(uid, i % 4 == 2, random);
      }
      if (i % 4 == 3) {
        var unused = stopRun(name);
      }
    }
  }

  private void train(String uid, boolean toItsEnd, Random random) throws Exception {
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      var unused = trainer.heartbeat(1 + random.nextInt(9));
      for (int epoch = 1; epoch <= 3; epoch++) {
        arrive(uid, epoch, random.nextInt(4) == 0 ? Double.NaN : random.nextInt(8) / 4.0);
      }
      if (toItsEnd) {
        trainer.report(
            TrainingOutcome.newBuilder()
                .setEnd(TrainingEnd.TRAINING_END_COMPLETED)
                .setFinalEpoch(9)
                .putMetrics("testAccuracy", random.nextInt(3) / 2.0)
                .putMetrics("odd \"name\"", Double.POSITIVE_INFINITY));
      }
    }
  }

  private static String condition(Random random, List<TrainingRun> all, int depth) {
    if (depth < 3 && random.nextInt(3) > 0) {
      String left = condition(random, all, depth + 1);
      String right = condition(random, all, depth + 1);
      return switch (random.nextInt(4)) {
        case 0 -> "(%s) AND (%s)".formatted(left, right);
        case 1 -> "(%s) OR (%s)".formatted(left, right);
        case 2 -> "NOT (%s)".formatted(left);
        default -> "%s %s".formatted(left, right);
      };
    }
    TrainingRun one = all.get(random.nextInt(all.size()));
    String equality = random.nextBoolean() ? "=" : "!=";
    String comparator = List.of("=", "!=", "<", "<=", ">", ">=").get(random.nextInt(6));
    return switch (random.nextInt(14)) {
      case 0 -> "name %s %s".formatted(equality, one.getName());
      case 1 ->
          "name %s %s".formatted(equality, List.of("sweep-*", "*1", "*").get(random.nextInt(3)));
      case 2 -> "uid %s %s".formatted(equality, one.getUid());
      case 3 -> "state %s (%s OR PENDING)".formatted(equality, one.getState());
      case 4 -> "labels.team %s %s".formatted(equality, TEAMS[random.nextInt(TEAMS.length)]);
      case 5 -> "labels.team:%s".formatted(List.of("_", "s", "*", "\"\"").get(random.nextInt(4)));
      case 6 -> "attempt %s %d".formatted(comparator, random.nextInt(3));
      case 7 -> "progress.completed_epochs %s %d".formatted(comparator, random.nextInt(10));
      case 8 -> "metrics.testAccuracy %s 0.5".formatted(comparator);
      case 9 -> "lowest.deathDistance %s %s".formatted(comparator, random.nextInt(4) / 4.0);
      case 10 -> "highest.trainLoss %s 1".formatted(comparator);
      case 11 ->
          "create_time %s \"%s\"".formatted(comparator, Timestamps.toString(one.getCreateTime()));
      case 12 ->
          List.of(
                  "end_time:*",
                  "decision:*",
                  "metrics:testAccuracy",
                  "decision.policy_id = manual",
                  "launcher = EXTERNAL")
              .get(random.nextInt(5));
      default -> "end_time %s %s".formatted(comparator, Timestamps.toString(one.getUpdateTime()));
    };
  }

  private ListTrainingRunsResponse list(ListTrainingRunsRequest.Builder request) {
    return controller.runs().listTrainingRuns(request.build());
  }

  private List<String> pages(String filter, String order, int size) {
    List<String> names = new ArrayList<>();
    String token = "";
    do {
      ListTrainingRunsResponse page =
          list(
              ListTrainingRunsRequest.newBuilder()
                  .setFilter(filter)
                  .setOrderBy(order)
                  .setPageSize(size)
                  .setPageToken(token));
      page.getTrainingRunsList().forEach(run -> names.add(run.getName()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return names;
  }
}
