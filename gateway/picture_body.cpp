#include "gateway/picture_body.h"

#include "base/error.h"
#include "gateway/api_error.h"
#include "gateway/data_url.h"
#include "gateway/picture_fields.h"

namespace easel {

absl::StatusOr<SplitBody> split_body(std::string_view body) {
  PictureFields fields;
  if (!fields.take(body)) {
    return api_error(
        ErrorCode::kTooLarge,
        concat("the body may have ", PictureFields::kMaxPlainBytes, " bytes besides its pictures"));
  }
  SplitBody split;
  size_t done = 0;
  for (const PictureField& field : fields.fields()) {
    split.text += body.substr(done, field.begin - done);
    split.pictures.emplace_back(field.name, body.substr(field.begin, field.end - field.begin));
    done = field.end;
  }
  split.text += body.substr(done);
  return split;
}

absl::StatusOr<std::string> read_picture(const SplitBody& split, std::string_view name,
                                         const UploadLimits& limits) {
  for (const auto& [field, text] : split.pictures) {
    if (field != name || text.empty()) continue;
    EASEL_ASSIGN_OR_RETURN(std::string bytes, decode_picture_text(text, name));
    EASEL_RETURN_IF_ERROR(check_upload_header(bytes, name, limits));
    return bytes;
  }
  return std::string();
}

void check_no_picture_left(JsonFields& fields, std::string_view name) {
  if (fields.text(name).value_or("").empty()) return;
  fields.fail(name, "must be named without escapes");
}

absl::StatusOr<BodyCheck> make_picture_body_check(HttpRequest& /*request*/) {
  return [fields = PictureFields()](std::string_view piece) mutable {
    return fields.take(piece) ? absl::OkStatus() : api_error(ErrorCode::kTooLarge);
  };
}

}  // namespace easel
