// Processor, memory, libtorch, GPUs and copies: what is said of given facts, and facts read from
// made-up /proc and /sys.
#include <gtest/gtest.h>

#include "base/error.h"
#include "services/cli/doctor/bandwidth_check.h"
#include "services/cli/doctor/cpu_check.h"
#include "services/cli/doctor/gpu_check.h"
#include "services/cli/doctor/libtorch_check.h"
#include "services/cli/doctor/memory_check.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

void expect_finding(const Finding& finding, FindingStatus status, const std::string& part) {
  EXPECT_EQ(finding.status, status) << finding.found << " | " << finding.cause;
  const std::string all = finding.found + " | " + finding.cause + " | " + finding.remedy;
  EXPECT_NE(all.find(part), std::string::npos) << "wanted '" << part << "' in: " << all;
  EXPECT_EQ(finding.cause.empty(), status == FindingStatus::kOk) << all;
  EXPECT_EQ(finding.remedy.empty(), status == FindingStatus::kOk) << all;
}

CpuFacts good_cpu() {
  CpuFacts facts;
  facts.architecture = "x86_64";
  facts.name = "A Processor";
  facts.flags = {"avx2", "avx512f", "avx512_bf16"};
  facts.cores = 8;
  return facts;
}

TEST(CpuCheckTest, SaysWhatIsThereAndWhatIsNot) {
  const Finding finding = judge_cpu(good_cpu());
  EXPECT_EQ(finding.status, FindingStatus::kOk);
  EXPECT_EQ(finding.found, "8 cores, A Processor; AVX2, AVX-512, AVX-512 bf16; no AMX, AMX bf16");
}

TEST(CpuCheckTest, WarnsWithoutAvx2AndOfATightContainer) {
  CpuFacts old = good_cpu();
  old.flags.clear();
  expect_finding(judge_cpu(old), FindingStatus::kWarn, "AVX2");
  CpuFacts limited = good_cpu();
  limited.cgroup_cpus = 2.5;
  expect_finding(judge_cpu(limited), FindingStatus::kWarn, "--threads 2");
  limited.cgroup_cpus = 8;
  EXPECT_EQ(judge_cpu(limited).status, FindingStatus::kOk);
  limited.cgroup_cpus = 0.25;
  expect_finding(judge_cpu(limited), FindingStatus::kWarn, "--threads 1");
}

TEST(CpuCheckTest, AnotherArchitectureIsNotMeasuredByX86) {
  CpuFacts arm;
  arm.architecture = "aarch64";
  arm.flags = {"asimd", "bf16"};
  EXPECT_EQ(judge_cpu(arm).status, FindingStatus::kOk);
}

TEST(CpuCheckTest, ReadsTheFirstProcessorAndTheLimitOfTheContainer) {
  const TempFolder root;
  root.write("proc/cpuinfo",
             "processor\t: 0\nmodel name\t: First\nflags\t\t: fpu avx2\n\n"
             "processor\t: 1\nmodel name\t: Second\nflags\t\t: sse9\n");
  root.write("proc/self/cgroup", "0::/box\n");
  root.write("sys/fs/cgroup/box/cpu.max", "150000 100000\n");
  const CpuFacts facts = read_cpu_facts(root.path());
  EXPECT_EQ(facts.name, "First");
  EXPECT_EQ(facts.flags, (std::set<std::string>{"fpu", "avx2"}));
  EXPECT_EQ(facts.cgroup_cpus, 1.5);
  EXPECT_GE(facts.cores, 1);
}

TEST(MemoryCheckTest, JudgesWhatCanBeTaken) {
  MemoryFacts facts;
  facts.total = 32 * kGiB;
  facts.available = 20 * kGiB;
  EXPECT_EQ(judge_memory(facts).status, FindingStatus::kOk);
  facts.cgroup_limit = 4 * kGiB;
  facts.cgroup_used = 2 * kGiB;
  expect_finding(judge_memory(facts), FindingStatus::kWarn, "container's memory limit");
  facts.cgroup_used = 5 * kGiB;
  expect_finding(judge_memory(facts), FindingStatus::kFail, "smallest model");
  facts.cgroup_limit.reset();
  facts.available = kGiB;
  expect_finding(judge_memory(facts), FindingStatus::kWarn, "1.0 GiB");
  expect_finding(judge_memory(MemoryFacts{}), FindingStatus::kWarn, "/proc/meminfo");
}

TEST(MemoryCheckTest, ReadsMeminfoAndLeavesOutALimitThatIsNone) {
  const TempFolder root;
  root.write("proc/meminfo",
             "MemTotal:    1048576 kB\nMemAvailable: 524288 kB\nSwapTotal: 1024 kB\n");
  root.write("proc/self/cgroup", "4:memory:/box\n");
  root.write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "9223372036854771712\n");
  MemoryFacts facts = read_memory_facts(root.path());
  EXPECT_EQ(facts.total, kGiB);
  EXPECT_EQ(facts.available, kGiB / 2);
  EXPECT_EQ(facts.swap_total, 1 << 20);
  EXPECT_FALSE(facts.cgroup_limit);
  root.write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "536870912\n");
  root.write("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "500000\n");
  root.write("sys/fs/cgroup/memory/box/memory.stat", "cache 9\ntotal_inactive_file 200000\n");
  facts = read_memory_facts(root.path());
  EXPECT_EQ(facts.cgroup_limit, kGiB / 2);
  EXPECT_EQ(facts.cgroup_used, 300000);
}

TEST(LibtorchCheckTest, OneThatComputesWrongFails) {
  LibtorchFacts facts;
  facts.version = "2.11.0";
  facts.cpu_capability = "AVX2";
  EXPECT_EQ(judge_libtorch(facts, absl::OkStatus()).status, FindingStatus::kOk);
  expect_finding(judge_libtorch(facts, make_error(Reason::kInferenceFailed, "3 values wrong")),
                 FindingStatus::kFail, "3 values wrong");
}

NvidiaFacts one_gpu() {
  NvidiaFacts facts;
  facts.card_present = true;
  facts.driver_version = "580.65.06";
  NvidiaDevice device;
  device.name = "A Card";
  device.total_bytes = 24 * kGiB;
  device.free_bytes = 23 * kGiB;
  device.compute_major = 8;
  device.compute_minor = 9;
  device.pcie_generation = 4;
  device.pcie_lanes = 16;
  facts.devices = {device};
  return facts;
}

LibtorchFacts torch_with_gpu() {
  LibtorchFacts facts;
  facts.has_cuda_library = true;
  facts.num_gpus = 1;
  facts.cuda_version = 13000;
  return facts;
}

TEST(GpuCheckTest, NoGpuIsOk) {
  const auto findings = judge_gpus({}, {});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].status, FindingStatus::kOk);
  EXPECT_EQ(findings[0].found, "none found, the CPU is used");
}

TEST(GpuCheckTest, DriverAndDevicesAreShown) {
  const auto findings = judge_gpus(one_gpu(), torch_with_gpu());
  ASSERT_EQ(findings.size(), 2u);
  expect_finding(findings[0], FindingStatus::kOk, "580.65.06, libtorch for CUDA 13.0, 1 device");
  expect_finding(findings[1], FindingStatus::kOk, "A Card, 24.0 GiB, 23.0 GiB free, compute 8.9");
  EXPECT_NE(findings[1].found.find("PCIe 4 x16"), std::string::npos);
}

TEST(GpuCheckTest, ACardWithoutADriverIsAWarning) {
  NvidiaFacts facts;
  facts.card_present = true;
  facts.problem = "libnvidia-ml.so.1 is not there";
  expect_finding(judge_gpus(facts, {})[0], FindingStatus::kWarn, "install NVIDIA's driver");
}

TEST(GpuCheckTest, ADriverTooOldForCuda13Fails) {
  NvidiaFacts facts = one_gpu();
  facts.driver_version = "570.124.06";
  LibtorchFacts torch = torch_with_gpu();
  torch.num_gpus = 0;
  expect_finding(judge_gpus(facts, torch)[0], FindingStatus::kFail, "580 or newer");
  torch.cuda_version = 12080;
  torch.num_gpus = 1;
  EXPECT_EQ(judge_gpus(facts, torch)[0].status, FindingStatus::kOk);
}

TEST(GpuCheckTest, ALibtorchForTheCpuAloneIsAWarning) {
  expect_finding(judge_gpus(one_gpu(), {})[0], FindingStatus::kWarn, "libtorch_cuda.so");
}

TEST(GpuCheckTest, ADeviceThatLibtorchCannotUseFails) {
  LibtorchFacts torch = torch_with_gpu();
  torch.num_gpus = 0;
  torch.gpu_problem = "no CUDA-capable device";
  expect_finding(judge_gpus(one_gpu(), torch)[0], FindingStatus::kFail, "no CUDA-capable device");
}

TEST(GpuCheckTest, ADeviceThatOthersFillIsAWarning) {
  NvidiaFacts facts = one_gpu();
  facts.devices[0].free_bytes = kGiB;
  expect_finding(judge_gpus(facts, torch_with_gpu())[1], FindingStatus::kWarn, "nvidia-smi");
}

TEST(NvidiaDriverTest, ReadsTheVersionOfBothKernelModules) {
  EXPECT_EQ(parse_driver_version("NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue "
                                 "Mar  5 22:23:56 UTC 2024\nGCC version:  gcc version 12.2.0\n"),
            "550.54.15");
  EXPECT_EQ(parse_driver_version("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  "
                                 "580.82.07  Release Build\n"),
            "580.82.07");
  EXPECT_EQ(parse_driver_version(""), "");
  EXPECT_EQ(parse_driver_version("NVRM version: none ."), "");
}

TEST(NvidiaDriverTest, SeesACardOnTheBusAndTheDriversVersion) {
  const TempFolder root;
  EXPECT_FALSE(read_nvidia_facts(root.path()).card_present);
  root.write("sys/bus/pci/devices/0000:01:00.1/vendor", "0x10de\n");
  root.write("sys/bus/pci/devices/0000:01:00.1/class", "0x040300\n");
  EXPECT_FALSE(read_nvidia_facts(root.path()).card_present) << "its sound device alone";
  root.write("sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n");
  root.write("sys/bus/pci/devices/0000:01:00.0/class", "0x030200\n");
  root.write("proc/driver/nvidia/version", "NVRM version: X  580.65.06  Y\n");
  const NvidiaFacts facts = read_nvidia_facts(root.path());
  EXPECT_TRUE(facts.card_present);
  EXPECT_EQ(facts.driver_version, "580.65.06");
}

TEST(BandwidthCheckTest, JudgesHostAndBus) {
  CopySpeeds speeds;
  speeds.host_one_core = 9e9;
  speeds.host_all_cores = 20e9;
  expect_finding(judge_bandwidth(speeds), FindingStatus::kOk, "9.0 GB/s with one core");
  speeds.pinned_to_device = 50e9;
  speeds.pageable_to_device = 8e9;
  expect_finding(judge_bandwidth(speeds), FindingStatus::kOk, "50.0 GB/s pinned, 8.0 GB/s");
  speeds.pinned_to_device = 1e9;
  expect_finding(judge_bandwidth(speeds), FindingStatus::kWarn, "slot");
  expect_finding(judge_bandwidth(make_error(Reason::kOutOfMemory, "no memory")),
                 FindingStatus::kFail, "no memory");
  speeds = CopySpeeds{};
  speeds.host_one_core = speeds.host_all_cores = 1e9;
  expect_finding(judge_bandwidth(speeds), FindingStatus::kWarn, "idle machine");
}

}  // namespace
}  // namespace easel
