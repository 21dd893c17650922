//! Reads the query of a GET: fields, order, limit, offset, properties and filters, with Buildbot's error texts.

use crate::resource::endpoint::Endpoint;
use crate::resource::field;
use crate::rest::{Filter, Operator, RestError, ResultSpec};

/// Reads decoded pairs, in the order in which they were given. A name that comes again adds to its first appearance.
pub(crate) fn parse(endpoint: Endpoint, pairs: &[(String, String)]) -> Result<ResultSpec, RestError> {
    let mut spec = ResultSpec::default();
    for (position, (name, _)) in pairs.iter().enumerate() {
        if pairs[..position].iter().any(|(earlier, _)| earlier == name) {
            continue;
        }
        let values: Vec<&str> =
            pairs.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect();
        take(endpoint, &mut spec, name, &values)?;
    }
    check_selection(endpoint, &spec)?;
    Ok(spec)
}

fn take(endpoint: Endpoint, spec: &mut ResultSpec, name: &str, values: &[&str]) -> Result<(), RestError> {
    let entity = endpoint.entity();
    match name {
        "field" => {
            known_fields(endpoint, values.iter().copied())?;
            spec.fields.extend(values.iter().map(|&value| value.to_owned()));
        }
        "order" => {
            known_fields(endpoint, values.iter().map(|value| value.strip_prefix('-').unwrap_or(value)))?;
            spec.order.extend(values.iter().map(|&value| value.to_owned()));
        }
        "limit" => spec.limit = Some(first_integer(name, values)?),
        "offset" => spec.offset = Some(first_integer(name, values)?),
        "property" => spec.properties.extend(values.iter().map(|&value| value.to_owned())),
        plain if entity.field(plain).is_some() => add_filter(endpoint, spec, name, plain, Operator::Eq, values)?,
        other => match other.rsplit_once("__") {
            None => return Err(RestError::BadRequest(format!("unrecognized query parameter '{other}'"))),
            Some((field, operator)) => {
                // Unknown fields and operators are passed over in this form, as Buildbot does.
                if let Some(operator) = Operator::from_name(operator)
                    && entity.field(field).is_some()
                    && (operator.takes_several() || values.len() == 1)
                {
                    add_filter(endpoint, spec, name, field, operator, values)?;
                }
            }
        },
    }
    Ok(())
}

fn known_fields<'a>(endpoint: Endpoint, mut names: impl Iterator<Item = &'a str>) -> Result<(), RestError> {
    match names.find(|name| endpoint.entity().field(name).is_none()) {
        None => Ok(()),
        Some(unknown) => Err(RestError::BadRequest(format!("no such field '{unknown}'"))),
    }
}

fn first_integer(name: &str, values: &[&str]) -> Result<i64, RestError> {
    let number = values.first().and_then(|value| field::integer(value));
    number.ok_or_else(|| RestError::BadRequest(format!("invalid {name}")))
}

fn add_filter(
    endpoint: Endpoint,
    spec: &mut ResultSpec,
    parameter: &str,
    field: &str,
    operator: Operator,
    values: &[&str],
) -> Result<(), RestError> {
    let of = &endpoint.entity().field(field).ok_or_else(|| invalid(parameter))?.of;
    if values.iter().any(|value| of.parse(value).is_none()) {
        return Err(invalid(parameter));
    }
    let values = values.iter().map(|&value| value.to_owned()).collect();
    spec.filters.push(Filter { field: field.to_owned(), operator, values });
    Ok(())
}

fn invalid(parameter: &str) -> RestError {
    RestError::BadRequest(format!("invalid filter value for {parameter}"))
}

fn check_selection(endpoint: Endpoint, spec: &ResultSpec) -> Result<(), RestError> {
    if !spec.order.iter().all(|name| spec.shows(name.strip_prefix('-').unwrap_or(name))) {
        return Err(RestError::BadRequest("cannot order on un-selected fields".into()));
    }
    if !spec.filters.iter().all(|filter| spec.shows(&filter.field)) {
        return Err(RestError::BadRequest("cannot filter on un-selected fields".into()));
    }
    if !endpoint.is_collection() && !spec.filters.is_empty() {
        return Err(RestError::BadRequest("this is not a collection".into()));
    }
    Ok(())
}

impl Operator {
    fn from_name(name: &str) -> Option<Operator> {
        Some(match name {
            "eq" => Operator::Eq,
            "ne" => Operator::Ne,
            "lt" => Operator::Lt,
            "le" => Operator::Le,
            "gt" => Operator::Gt,
            "ge" => Operator::Ge,
            "contains" => Operator::Contains,
            "in" => Operator::In,
            "notin" => Operator::NotIn,
            _ => return None,
        })
    }

    /// Whether the operator means something with more than one value.
    fn takes_several(self) -> bool {
        match self {
            Operator::Eq | Operator::Ne | Operator::Contains | Operator::In | Operator::NotIn => true,
            Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_text(endpoint: Endpoint, query: &str) -> Result<ResultSpec, String> {
        let pairs: Vec<(String, String)> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        parse(endpoint, &pairs).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_wrong_is_named_as_buildbot_names_it() {
        let cases = [
            (Endpoint::Builds, "nosuch=1", "unrecognized query parameter 'nosuch'"),
            (Endpoint::Builds, "nosuch=1&field=nope", "unrecognized query parameter 'nosuch'"),
            (Endpoint::Builds, "field=nope&nosuch=1", "no such field 'nope'"),
            (Endpoint::Builds, "=1", "unrecognized query parameter ''"),
            (Endpoint::Builds, "field=buildid,number", "no such field 'buildid,number'"),
            (Endpoint::Builds, "field=-buildid", "no such field '-buildid'"),
            (Endpoint::Builds, "order=--buildid", "no such field '-buildid'"),
            (Endpoint::Builds, "order=-", "no such field ''"),
            (Endpoint::Builds, "limit=abc", "invalid limit"),
            (Endpoint::Builds, "limit=", "invalid limit"),
            (Endpoint::Builds, "limit=1.0", "invalid limit"),
            (Endpoint::Builds, "offset=x", "invalid offset"),
            (Endpoint::Builds, "limit=abc&field=nosuch", "invalid limit"),
            (Endpoint::Builds, "buildid=x", "invalid filter value for buildid"),
            (Endpoint::Builds, "buildid=1&buildid=x", "invalid filter value for buildid"),
            (Endpoint::Builds, "buildid__gt=x", "invalid filter value for buildid__gt"),
            (Endpoint::Builds, "complete=maybe", "invalid filter value for complete"),
            (Endpoint::Builds, "properties=1", "invalid filter value for properties"),
            (Endpoint::Builds, "results=none", "invalid filter value for results"),
            (Endpoint::Steps, "name=1x", "invalid filter value for name"),
            (Endpoint::Builders, "masterids__contains=x", "invalid filter value for masterids__contains"),
            (Endpoint::Builds, "field=number&order=buildid", "cannot order on un-selected fields"),
            (Endpoint::Builds, "field=number&complete=true", "cannot filter on un-selected fields"),
            (Endpoint::Builds, "field=buildid&complete=true&order=number", "cannot order on un-selected fields"),
            (Endpoint::Build, "field=number&buildid=1", "cannot filter on un-selected fields"),
            (Endpoint::Build, "buildid=1", "this is not a collection"),
            (Endpoint::RawLogChunk, "logid=1", "this is not a collection"),
        ];
        for (endpoint, query, expected) in cases {
            assert_eq!(parse_text(endpoint, query), Err(expected.to_owned()), "{query}");
        }
    }

    #[test]
    fn a_query_says_what_to_return() {
        let query = "field=number&limit=3&number__ge=2&order=-number&number=4&offset=1&property=a&number=5&property=*";
        let filter = |operator, values: &[&str]| Filter {
            field: "number".into(),
            operator,
            values: values.iter().map(|&value| value.to_owned()).collect(),
        };
        let expected = ResultSpec {
            fields: vec!["number".into()],
            order: vec!["-number".into()],
            limit: Some(3),
            offset: Some(1),
            filters: vec![filter(Operator::Ge, &["2"]), filter(Operator::Eq, &["4", "5"])],
            properties: vec!["a".into(), "*".into()],
        };
        assert_eq!(parse_text(Endpoint::Builds, query), Ok(expected));
    }

    #[test]
    fn what_buildbot_passes_over_is_passed_over() {
        for query in ["nosuch__eq=1", "buildid__nosuch=1", "buildid__eq__eq=1", "__eq=1", "buildid__gt=1&buildid__gt=x"]
        {
            assert_eq!(parse_text(Endpoint::Builds, query), Ok(ResultSpec::default()), "{query}");
        }
    }
}
