#include "base/cgroup_limits.h"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace easel {
namespace {

TEST(CgroupLimitsTest, WithoutGroupsThereIsNoLimit) {
  const TempFolder root;
  const CgroupLimits limits = read_cgroup_limits(root.path());
  EXPECT_FALSE(limits.cpus);
  EXPECT_FALSE(limits.memory_bytes);
}

TEST(CgroupLimitsTest, OfNestedGroupsTheTightestCounts) {
  const TempFolder root;
  root.write("proc/self/cgroup", "0::/outer/inner\n");
  root.write("sys/fs/cgroup/outer/memory.max", "1000\n");
  root.write("sys/fs/cgroup/outer/memory.current", "700\n");
  root.write("sys/fs/cgroup/outer/memory.stat", "anon 5\ninactive_file 100\nactive_file 50\n");
  root.write("sys/fs/cgroup/outer/cpu.max", "400000 100000\n");
  root.write("sys/fs/cgroup/outer/inner/memory.max", "2000\n");
  root.write("sys/fs/cgroup/outer/inner/cpu.max", "50000 100000\n");
  const CgroupLimits limits = read_cgroup_limits(root.path());
  EXPECT_EQ(limits.memory_bytes, 1000);
  EXPECT_EQ(limits.memory_used_bytes, 550);
  EXPECT_EQ(limits.cpus, 0.5);
}

TEST(CgroupLimitsTest, MaxIsNoLimit) {
  const TempFolder root;
  root.write("proc/self/cgroup", "0::/\n");
  root.write("sys/fs/cgroup/memory.max", "max\n");
  root.write("sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_FALSE(read_cgroup_limits(root.path()).memory_bytes);
  EXPECT_FALSE(read_cgroup_limits(root.path()).cpus);
}

TEST(CgroupLimitsTest, ReadsVersion1AndTheMountOfAContainer) {
  const TempFolder root;
  root.write("proc/self/cgroup", "4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n1:cpuset:/x\n");
  root.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "4096\n");
  root.write("sys/fs/cgroup/memory/memory.usage_in_bytes", "100\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  CgroupLimits limits = read_cgroup_limits(root.path());
  EXPECT_EQ(limits.memory_bytes, 4096);
  EXPECT_EQ(limits.memory_used_bytes, 100);
  EXPECT_FALSE(limits.cpus);
  root.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "300000\n");
  limits = read_cgroup_limits(root.path());
  EXPECT_EQ(limits.cpus, 3.0);
}

}  // namespace
}  // namespace easel
