using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Access.Policies;

namespace ServerlessDrives.Access;

/// <summary>The forms that instructions come in.</summary>
public enum SetupFormat
{
    AwsCli,
    CloudFormation,
    Terraform,
}

/// <summary>What instructions for an AWS admin are written with, whatever they are about.</summary>
public static class SetupText
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private const string WhyPatiently =
        "# AWS needs some seconds until a new role is known everywhere, and refuses policies that name it until then; "
        + "other refusals are final.";

    /// <summary>A pattern of grep's: what IAM, S3 and SNS say of a principal that they don't know yet.</summary>
    private const string NotKnownYet = "MalformedPolicy|[Ii]nvalid ?[Pp]rincipal|Unable to validate";

    /// <summary>For jq: the statements whose Sid is none of ours.</summary>
    private const string TheirStatements = "[$theirs[] | select(.Sid as $sid | ($sids | index([$sid])) | not)]";

    /// <summary>
    /// The beginning of a POSIX shell script: a folder <c>$work</c> that goes away at the end, <c>say</c>, <c>fail</c>, <c>patiently</c>
    /// for what IAM doesn't know yet, and <c>merge</c> and <c>differ</c> for policies, by jq or python3.
    /// </summary>
    public const string ShellBeginning = $$"""
        set -eu

        work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
        say() { printf '%s\n' "$*"; }
        fail() { printf '%s\n' "$*" >&2; exit 1; }
        command -v aws >/dev/null || fail 'Install the AWS CLI first: https://aws.amazon.com/cli/'

        {{WhyPatiently}}
        patiently() {
          tries=0
          until "$@" 2>"$work/error"; do
            tries=$((tries + 1))
            { [ "$tries" -lt 30 ] && grep -Eq '{{NotKnownYet}}' "$work/error"; } || { cat "$work/error" >&2; exit 1; }
            sleep 2
          done
        }

        # Prints the first policy with the statements of the second in it: those of the same Sid replaced, all others kept.
        if command -v jq >/dev/null; then
          merge() {
            jq -c -s '.[0] as $present | .[1] as $ours | [$ours.Statement[].Sid] as $sids
              | ($present.Statement // []) as $s | (if ($s | type) == "array" then $s else [$s] end) as $theirs
              | $present + {Version: ($present.Version // "2012-10-17"), Statement: ({{TheirStatements}} + $ours.Statement)}' "$1" "$2"
          }
          differ() { [ "$(jq -S -c . "$1")" != "$(jq -S -c . "$2")" ]; }
        elif command -v python3 >/dev/null; then
          cat >"$work/policies.py" <<'PYTHON'
        import json, sys
        first, second = (json.load(open(name)) for name in sys.argv[2:])
        if sys.argv[1] == "differ":
            sys.exit(0 if first != second else 1)
        theirs = first.get("Statement", [])
        theirs = theirs if isinstance(theirs, list) else [theirs]
        sids = {statement["Sid"] for statement in second["Statement"]}
        first.setdefault("Version", "2012-10-17")
        first["Statement"] = [s for s in theirs if s.get("Sid") not in sids] + second["Statement"]
        json.dump(first, sys.stdout, separators=(",", ":"))
        PYTHON
          merge() { python3 "$work/policies.py" merge "$1" "$2"; }
          differ() { python3 "$work/policies.py" differ "$1" "$2"; }
        else
          fail 'Merging policies needs jq or python3; install one of them.'
        fi
        """;

    /// <returns>Null for a form that there isn't.</returns>
    public static SetupFormat? FormatOf(string? text) => text switch
    {
        "aws-cli" => SetupFormat.AwsCli,
        "cloudformation" => SetupFormat.CloudFormation,
        "terraform" => SetupFormat.Terraform,
        _ => null,
    };

    public static string ContentTypeOf(SetupFormat format) => format switch
    {
        SetupFormat.AwsCli => "text/x-shellscript; charset=utf-8",
        SetupFormat.CloudFormation => "application/json; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };

    /// <summary>A document as people read it, in characters that IAM and every shell read too.</summary>
    public static string Json(JsonNode document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return PolicyText.Plain(document.ToJsonString(Indented));
    }

    /// <summary>
    /// A policy within a document that a service reads and hands on to IAM: as it is, or as a text where it has characters that IAM takes
    /// as <c>\uXXXX</c> only, since the service would write them out.
    /// </summary>
    public static JsonNode Policy(JsonObject policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var text = policy.ToJsonString(Indented);
        return text.Any(c => c > '\u00FF') ? JsonValue.Create(PolicyText.Plain(text)) : policy.DeepClone();
    }

    /// <summary>One word of a shell.</summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>What stays on the line of a comment.</summary>
    public static string Comment(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.ReplaceLineEndings(" ");
    }

    /// <summary>A text of Terraform's.</summary>
    public static string Terraform(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"\"{TerraformEscape(escaped)}\"";
    }

    /// <summary>A text of Terraform's over several lines.</summary>
    /// <param name="mark">Stands alone on the line that ends it.</param>
    public static string TerraformHeredoc(string text, string mark = "JSON")
    {
        ArgumentNullException.ThrowIfNull(text);
        return $"<<{mark}\n{TerraformEscape(text.ReplaceLineEndings("\n"))}\n{mark}";
    }

    /// <summary><c>${</c> and <c>%{</c> begin templates in Terraform and are written twice to mean themselves.</summary>
    private static string TerraformEscape(string text) =>
        text.Replace("${", "$${", StringComparison.Ordinal).Replace("%{", "%%{", StringComparison.Ordinal);
}
