package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import dev.connectome.trainer.service.UserException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {

  @Test
  void theCpuAlwaysExists() throws UserException {
    assertThat(Devices.of("cpu")).isEqualTo(Device.cpu());
  }

  @Test
  void rejectsAMissingGpuAndListsTheExistingOnes() {
    assertThatThrownBy(() -> Devices.of("gpu:9999"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("device gpu:9999 does not exist, the engine can use")
        .hasMessageContaining("choose auto or cpu");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tpu", "gpu:", "gpu:-1", "gpu:x", "GPU"})
  void rejectsAnUnknownDevice(String name) {
    assertThatThrownBy(() -> Devices.of(name))
        .hasMessage("unknown device \"" + name + "\"; choose auto, cpu, gpu or gpu:N");
  }

  @Test
  @Tag("gpu")
  void usesTheFirstGpuByDefault() throws UserException {
    assertThat(Devices.of("auto")).isEqualTo(Device.gpu(0));
    assertThat(Devices.of("gpu:0")).isEqualTo(Device.gpu(0));
  }
}
