#include "services/cli/generate_options.h"

#include <istream>
#include <utility>

#include "base/error.h"
#include "engine/api/tensor_file.h"
#include "services/cli/option_values.h"
#include "services/cli/prompt_source.h"

namespace easel {
namespace {

constexpr size_t kMaxPictureBytes = 128 << 20;
constexpr WholeRange kSeeds{0, (int64_t{1} << 53) - 1};
constexpr WholeRange kPositive{1};
constexpr WholeRange kNotNegative{0};

void add_prompt_options(CLI::App& app, GenerateOptions& options) {
  add_text_option(app, "--prompt", options.prompt, "What to draw");
  add_text_option(app, "--prompt-file", options.prompt_file,
                  "Reads the prompt from a file, or from the standard input when it is -; the "
                  "newline at its end does not count")
      ->type_name("FILE");
  add_text_option(
      app, "--negative-prompt", options.negative_prompt,
      "What not to draw, with --true-cfg; --negative-prompt= (empty) is not the same as "
      "none");
}

void add_number(CLI::App& app, const char* name, std::optional<std::string>& value,
                const char* type, const char* help) {
  add_text_option(app, name, value, help)->type_name(type);
}

void add_picture_options(CLI::App& app, GenerateOptions& options) {
  add_number(app, "--width", options.width, "PIXELS", "Default: the model's own");
  add_number(app, "--height", options.height, "PIXELS", "Default: the model's own");
  add_number(app, "--steps", options.steps, "N", "Denoising steps; default: the model's own");
  add_number(app, "--guidance", options.guidance, "X",
             "How closely to follow the prompt, for models that were distilled to take it");
  add_number(app, "--true-cfg", options.true_cfg, "X",
             "Above 1: classifier-free guidance by a second, negative pass a step");
  add_number(app, "--seed", options.seed, "N",
             "0 … 2^53-1: the same seed draws the same picture; default: random, and reported");
  add_number(app, "--num-images", options.num_images, "N", "Pictures to draw at once; default 1");
  app.add_option("--sampler", options.sampler, "euler (the only one, and the default)")
      ->type_name("NAME");
  add_number(app, "--max-sequence-length", options.max_sequence_length, "N",
             "Tokens of the prompt that the long text encoder reads");
}

void add_input_options(CLI::App& app, GenerateOptions& options) {
  add_number(app, "--image", options.image, "FILE", "A picture to start from (PNG, JPEG or WebP)");
  add_number(app, "--strength", options.strength, "X",
             "0 … 1, with --image: how much of the picture is drawn anew");
  add_number(app, "--mask", options.mask, "FILE",
             "With --image: white is drawn anew, black is kept");
  add_number(
      app, "--latents", options.latents, "FILE",
      "Noise to start from instead of the seed's: a safetensors file with one tensor, or one "
      "named latents or latents.0");
  add_repeated_option(app, "--option", options.options,
                      "An option of the model's family; may be repeated")
      ->type_name("KEY=VALUE");
}

void add_output_options(CLI::App& app, GenerateOptions& options) {
  add_number(app, "--output", options.output, "FILE.png",
             "Where the picture goes, over an old one; more pictures go to FILE-1.png and so on. "
             "Default: easel-SEED.png here, or another name that is free");
  add_number(app, "--preview-every", options.preview_every, "K",
             "After every K steps writes a small preview to FILE.preview.png (easel.preview.png "
             "without --output), over the one before");
  add_number(app, "--save-tensors", options.save_tensors, "FILE.safetensors",
             "Keeps what was computed on the way: token_ids.*, prompt_embeds, latents.0…N, image");
  app.add_flag("--json", options.json, "Prints one JSON object instead of paths, for errors too");
  app.add_flag("--quiet", options.quiet, "Prints no progress and no warnings");
}

absl::Status read_numbers(const GenerateOptions& options, GenerateRequest& request) {
  std::optional<int64_t> seed, num_images, preview_every;
  EASEL_RETURN_IF_ERROR(read_whole("--width", options.width, kPositive, request.width));
  EASEL_RETURN_IF_ERROR(read_whole("--height", options.height, kPositive, request.height));
  EASEL_RETURN_IF_ERROR(read_whole("--steps", options.steps, kPositive, request.steps));
  EASEL_RETURN_IF_ERROR(read_real("--guidance", options.guidance, request.guidance));
  EASEL_RETURN_IF_ERROR(read_real("--true-cfg", options.true_cfg, request.true_cfg));
  EASEL_RETURN_IF_ERROR(read_real("--strength", options.strength, request.strength));
  EASEL_RETURN_IF_ERROR(read_whole("--seed", options.seed, kSeeds, seed));
  EASEL_RETURN_IF_ERROR(read_whole("--num-images", options.num_images, kPositive, num_images));
  EASEL_RETURN_IF_ERROR(read_whole("--max-sequence-length", options.max_sequence_length, kPositive,
                                   request.max_sequence_length));
  EASEL_RETURN_IF_ERROR(
      read_whole("--preview-every", options.preview_every, kNotNegative, preview_every));
  if (seed) request.seed = static_cast<uint64_t>(*seed);
  request.num_images = num_images.value_or(1);
  request.preview_every = preview_every.value_or(0);
  return absl::OkStatus();
}

absl::StatusOr<NamedTensor> read_latents(const std::string& path) {
  absl::StatusOr<std::vector<NamedTensor>> tensors = load_tensors(path);
  if (!tensors.ok()) return invalid_field("--latents: ", tensors.status().message());
  if (tensors->size() == 1) return std::move(tensors->front());
  for (const char* name : {"latents", "latents.0"}) {
    for (NamedTensor& tensor : *tensors) {
      if (tensor.name == name) return std::move(tensor);
    }
  }
  return invalid_field("--latents: ", path, " has ", tensors->size(),
                       " tensors, and none is named latents or latents.0");
}

absl::Status read_inputs(const GenerateOptions& options, GenerateRequest& request) {
  if (options.image) {
    EASEL_ASSIGN_OR_RETURN(request.image,
                           read_option_file("--image", *options.image, kMaxPictureBytes));
  }
  if (options.mask) {
    EASEL_ASSIGN_OR_RETURN(request.mask,
                           read_option_file("--mask", *options.mask, kMaxPictureBytes));
  }
  if (options.latents) {
    EASEL_ASSIGN_OR_RETURN(request.latents, read_latents(*options.latents));
  }
  return absl::OkStatus();
}

}  // namespace

void add_generate_options(CLI::App& app, GenerateOptions& options) {
  add_model_options(app, options.model);
  add_prompt_options(app, options);
  add_picture_options(app, options);
  add_input_options(app, options);
  add_output_options(app, options);
}

absl::StatusOr<GenerateRequest> make_request(const GenerateOptions& options, std::istream& in) {
  GenerateRequest request;
  EASEL_RETURN_IF_ERROR(read_numbers(options, request));
  EASEL_ASSIGN_OR_RETURN(request.prompt, read_prompt(options.prompt, options.prompt_file, in));
  if (options.negative_prompt) {
    EASEL_RETURN_IF_ERROR(check_text("--negative-prompt", *options.negative_prompt));
  }
  request.negative_prompt = options.negative_prompt;
  request.sampler = options.sampler;
  EASEL_ASSIGN_OR_RETURN(request.options, parse_pairs("--option", options.options));
  EASEL_RETURN_IF_ERROR(read_inputs(options, request));
  request.record_tensors = options.save_tensors.has_value();
  return request;
}

}  // namespace easel
