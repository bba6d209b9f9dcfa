#include "gateway/event_json.h"

#include <variant>

#include "gateway/data_url.h"
#include "gateway/json_text.h"
#include "gateway/record_json.h"

namespace easel {
namespace {

struct Appender {
  EventLog& log;
  std::string_view id;

  void operator()(const WorkerQueued& event) const {
    log.append("queued", to_json_text({{"generation_id", id},
                                       {"position", event.position},
                                       {"length", event.length}}));
  }
  void operator()(const WorkerProgress& event) const {
    log.append(event.stage,
               to_json_text({{"generation_id", id}, {"done", event.done}, {"units", event.units}}));
  }
  void operator()(const WorkerThinking& event) const {
    log.append("thinking", to_json_text({{"generation_id", id}, {"text", event.text}}));
  }
  void operator()(const WorkerStep& event) const {
    nlohmann::json data = {
        {"generation_id", id}, {"step", event.step}, {"steps", event.steps}, {"preview", nullptr}};
    std::string plain = to_json_text(data);
    if (event.preview.empty()) {
      log.append("step", std::move(plain));
      return;
    }
    data["preview"] = make_data_url(event.preview_media_type, event.preview);
    log.append("step", to_json_text(data), std::move(plain));
  }
  void operator()(const WorkerImage&) const {}
  void operator()(const WorkerResult&) const {}
};

}  // namespace

void append_event(EventLog& log, std::string_view generation_id, const WorkerEvent& event) {
  std::visit(Appender{log, generation_id}, event);
}

void append_image_ready(EventLog& log, std::string_view generation_id, const GenerationFile& file) {
  log.append("image_ready", to_json_text({{"generation_id", generation_id},
                                          {"index", file.index},
                                          {"image_url", picture_url(file.picture_file)},
                                          {"thumbnail_url", thumbnail_url(file.thumbnail_file)}}));
}

}  // namespace easel
