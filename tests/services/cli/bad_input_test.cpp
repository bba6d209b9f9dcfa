// Wrong use of `easel`: exit code 2, a message that says what would be right, no file.
#include "tests/services/cli/easel_process.h"

namespace easel {
namespace {

class BadInputTest : public EaselTest {
 protected:
  // `easel generate` with these arguments ends as wrong use, and its message holds `part`.
  void expect_refused(Arguments arguments, const std::string& part, const std::string& input = "") {
    arguments.insert(arguments.end(), {"--output", "o.png", "--json"});
    const ProcessResult result = generate(arguments, input);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_NE(result.err.find(part), std::string::npos)
        << "wanted '" << part << "' in: " << result.err;
    const nlohmann::json json = result.json();
    ASSERT_TRUE(json.is_object()) << result.out;
    EXPECT_EQ(json["error"]["reason"], "INVALID_FIELD");
    EXPECT_NE(json["error"]["message"], "");
    EXPECT_TRUE(files().empty());
  }
};

TEST_F(BadInputTest, NumbersThatAreNone) {
  expect_refused({"--guidance", "NaN"}, "--guidance must be a finite number");
  expect_refused({"--guidance", "inf"}, "--guidance must be a finite number");
  expect_refused({"--steps", "many"}, "--steps must be a whole number");
  expect_refused({"--seed", "1.5"}, "--seed must be a whole number from 0 to 9007199254740991");
}

TEST_F(BadInputTest, NumbersOutOfRange) {
  expect_refused({"--steps", "-1"}, "--steps must be a whole number, 1 or more");
  expect_refused({"--steps", "0"}, "--steps must be a whole number, 1 or more");
  expect_refused({"--steps", "1000000"}, "steps is 1000000: allowed are 1 to 1000");
  expect_refused({"--seed", "-1"}, "--seed must be a whole number from 0");
  expect_refused({"--seed", "9007199254740992"},
                 "--seed must be a whole number from 0 to 9007199254740991");
  expect_refused({"--guidance", "-1"}, "guidance is -1: allowed are 0 to");
  expect_refused({"--num-images", "0"}, "--num-images");
  expect_refused({"--num-images", "99999"}, "num_images is 99999: allowed are 1 to");
  expect_refused({"--threads", "0"}, "--threads must be a whole number from 1");
}

TEST_F(BadInputTest, SizesThatCannotBe) {
  expect_refused({"--width", "0"}, "--width must be a whole number, 1 or more");
  expect_refused({"--height", "1"}, "height is 1: allowed are");
  expect_refused({"--width", "1000000000"}, "width is 1000000000: allowed are");
  expect_refused({"--width", "99999999999999999999"}, "--width must be");
}

TEST_F(BadInputTest, TextThatIsNoUtf8) {
  expect_refused({"--prompt", "caf\xe9"}, "--prompt is not valid UTF-8: byte 3");
  expect_refused({"--negative-prompt", "\xff"}, "--negative-prompt is not valid UTF-8");
  expect_refused({"--prompt-file", "-"}, "--prompt-file holds a NUL", std::string("a\0b", 3));
}

TEST_F(BadInputTest, APromptOfAMegabyte) {
  expect_refused({"--prompt-file", "-"}, "at most", std::string(1 << 20, 'x'));
}

TEST_F(BadInputTest, PromptsThatAreMissingOrTwice) {
  expect_refused({"--prompt", "x", "--prompt-file", "-"},
                 "one of --prompt and --prompt-file is needed");
  const ProcessResult none = easel({"generate", "--model", model().string(), "--output", "o.png"});
  EXPECT_EQ(none.exit_code, 2) << none.err;
}

TEST_F(BadInputTest, OptionsThatAreNotThere) {
  expect_refused({"--stepz", "3"}, "--stepz");
  expect_refused({"--sampler", "ddim"}, "sampler 'ddim' is unknown");
  expect_refused({"--dtype", "fp8"},
                 "dtype 'fp8' is unknown: allowed are auto, fp32, bf16 and fp16");
  expect_refused({"--device", "tpu"}, "device 'tpu' is unknown");
  expect_refused({"--option", "x=1"}, "option 'x' is unknown");
  expect_refused({"--component", "unet=/x"}, "component 'unet'");
  expect_refused({"--component", "vae"}, "--component must be NAME=VALUE");
}

TEST_F(BadInputTest, PicturesThatAreNone) {
  expect_refused({"--image", "/no/such.png"}, "--image: cannot open /no/such.png");
  const auto text = private_folder_.write("t.png", "no picture");
  expect_refused({"--image", text.string()}, "image");
  expect_refused({"--strength", "0.5"}, "strength needs an image");
  expect_refused({"--mask", text.string()}, "mask needs an image");
  expect_refused({"--latents", text.string()}, "--latents: ");
}

TEST_F(BadInputTest, OutputNamesThatAreNoPng) {
  const ProcessResult result = generate({"--output", "o.jpg"});
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_NE(result.err.find("--output must be the name of a .png file, not 'o.jpg'"),
            std::string::npos);
}

TEST_F(BadInputTest, CommandsThatAreNotThere) {
  EXPECT_EQ(easel({}).exit_code, 2);
  EXPECT_EQ(easel({"draw"}).exit_code, 2);
  EXPECT_EQ(easel({"inspect"}).exit_code, 2);
}

TEST_F(BadInputTest, HelpAndVersionAreNoError) {
  const ProcessResult version = easel({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_TRUE(version.out.starts_with("easel 0.")) << version.out;
  for (const char* command : {"generate", "inspect", "models", "bench"}) {
    const ProcessResult help = easel({command, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_NE(help.out.find("--json"), std::string::npos) << help.out;
  }
}

}  // namespace
}  // namespace easel
