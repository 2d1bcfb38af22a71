//! Everything that could be covered, worked out before the first request.

use super::item::{Dimension, Item, element_path, further_path, member_path};
use super::shape::{Shape, Shapes};
use crate::json::{Pointer, Value};
use crate::openapi::{
    Contract, Direction, Document, MediaType, Operation, OperationIndex, Parameter, RequestBody, Response,
    ResponseKey,
};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

/// One api whose document is to be covered.
#[derive(Clone, Debug)]
pub struct ApiToCover {
    /// Its index, by which exchanges name it.
    pub index: usize,
    /// Its name in the project file, or the path of its document.
    pub name: String,
    /// Its document and schemas.
    pub contract: Arc<Contract>,
    /// The operations that may be called: the forms of their choices are told apart.
    pub called: Vec<OperationIndex>,
}

/// Every part of some documents that exchanges may cover.
#[derive(Debug)]
pub struct Universe {
    pub(super) apis: Vec<ApiParts>,
}

/// The parts of one document.
#[derive(Debug)]
pub(super) struct ApiParts {
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) contract: Arc<Contract>,
    pub(super) operations: Vec<OperationParts>,
    /// Every item with the number of its operation.
    pub(super) items: Vec<(u32, Item)>,
    /// Whether the limit left nothing out.
    pub(super) is_complete: bool,
    pub(super) nodes: Vec<Node>,
    pub(super) shapes: Vec<Arc<Shape>>,
    /// Judges the forms that no discriminator tells apart.
    pub(super) forms: Contract,
}

/// The parts of one operation that are looked up by name; of every `u32` the item.
#[derive(Debug)]
pub(super) struct OperationParts {
    pub(super) item: u32,
    pub(super) parameters: Vec<ParameterParts>,
    pub(super) bodies: Vec<ContentParts>,
    pub(super) responses: Vec<ResponseParts>,
}

#[derive(Debug)]
pub(super) struct ParameterParts {
    pub(super) item: u32,
    /// The texts of its values.
    pub(super) values: Vec<(String, u32)>,
}

#[derive(Debug)]
pub(super) struct ResponseParts {
    pub(super) key: ResponseKey,
    pub(super) item: u32,
    pub(super) contents: Vec<ContentParts>,
}

#[derive(Debug)]
pub(super) struct ContentParts {
    pub(super) range: String,
    pub(super) item: u32,
    /// The node of the body, where it has a schema.
    pub(super) root: Option<u32>,
}

/// A place in a body. What follows an item here are the items next to it, in the order of the shape.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) shape: u32,
    parent: Option<u32>,
    /// Each member of the shape with its item and its node; fewer where the limit was reached.
    pub(super) members: Vec<(u32, u32)>,
    pub(super) elements: Option<u32>,
    pub(super) further: Option<(u32, u32)>,
    pub(super) values: Vec<u32>,
    /// The items of each choice's forms.
    pub(super) choices: Vec<Vec<u32>>,
}

impl Universe {
    /// Works out the parts of some documents, at most `limit` of each: first operations, statuses, media
    /// types and parameters, then members level by level, so that what is left out stands deepest.
    pub fn of(apis: Vec<ApiToCover>, limit: usize) -> Self {
        Self { apis: apis.into_iter().map(|api| ApiParts::of(api, limit)).collect() }
    }

    pub(super) fn api(&self, index: usize) -> Option<(usize, &ApiParts)> {
        self.apis.iter().enumerate().find(|(_, api)| api.index == index)
    }
}

impl ApiParts {
    fn of(api: ApiToCover, limit: usize) -> Self {
        let document = Arc::clone(api.contract.document());
        let mut builder = Builder {
            shapes: Shapes::new(&document),
            items: Vec::new(),
            nodes: Vec::new(),
            queue: VecDeque::new(),
            limit,
            is_complete: true,
        };
        let operations: Vec<OperationParts> =
            document.operations().enumerate().map(|(number, it)| builder.operation(number, it)).collect();
        builder.expand();
        let Builder { shapes, items, nodes, is_complete, .. } = builder;
        let shapes = shapes.list;
        let forms = forms(&api, &document, &operations, &nodes, &shapes);
        let nullable = api.contract.nullable();
        let forms = Contract::of_schemas(document, forms).with_nullable(nullable);
        let ApiToCover { index, name, contract, .. } = api;
        Self { index, name, contract, operations, items, is_complete, nodes, shapes, forms }
    }
}

/// The forms of called operations that only their schemas tell apart.
fn forms(
    api: &ApiToCover,
    document: &Document,
    operations: &[OperationParts],
    nodes: &[Node],
    shapes: &[Arc<Shape>],
) -> Vec<(Pointer, Direction)> {
    let mut seen = HashSet::new();
    let called = document.operations().zip(operations).filter(|(it, _)| api.called.contains(&it.index()));
    for (_, parts) in called {
        let bodies = parts.bodies.iter().map(|content| (content, Direction::Request));
        let answers = parts.responses.iter().flat_map(|it| &it.contents);
        let roots = bodies.chain(answers.map(|content| (content, Direction::Response)));
        for (root, direction) in roots.filter_map(|(content, way)| Some((content.root?, way))) {
            let mut waiting = vec![root];
            while let Some(node) = waiting.pop() {
                let node = &nodes[node as usize];
                for choice in shapes[node.shape as usize].choices.iter().take(node.choices.len()) {
                    seen.extend(choice.branches.iter().map(|(_, form)| (form.clone(), direction)));
                }
                waiting.extend(node.members.iter().map(|(_, node)| *node));
                waiting.extend(node.elements);
                waiting.extend(node.further.map(|(_, node)| node));
            }
        }
    }
    let mut forms: Vec<_> = seen.into_iter().collect();
    forms.sort();
    forms
}

struct Builder<'d> {
    shapes: Shapes<'d>,
    items: Vec<(u32, Item)>,
    nodes: Vec<Node>,
    /// The nodes whose members are not counted yet.
    queue: VecDeque<Waiting>,
    limit: usize,
    is_complete: bool,
}

struct Waiting {
    node: u32,
    operation: u32,
    direction: Direction,
    /// What the items below have in common.
    place: Item,
}

impl Builder<'_> {
    /// Counts an item; `None` where the limit is reached.
    fn item(&mut self, operation: u32, item: Item) -> Option<u32> {
        if self.items.len() >= self.limit {
            self.is_complete = false;
            return None;
        }
        self.items.push((operation, item));
        Some(number(self.items.len() - 1))
    }

    fn operation(&mut self, index: usize, operation: Operation<'_>) -> OperationParts {
        let at = number(index);
        let item = self.item(at, Item::of(Dimension::Operation)).unwrap_or(NONE);
        let mut responses = Vec::new();
        for response in operation.responses() {
            let key = response.key();
            // OpenAPI lets no key stand twice; `4xx` and `4XX` do.
            if !responses.iter().any(|it: &ResponseParts| it.key == key) {
                responses.extend(self.response(at, &response));
            }
        }
        let request = Item::of(Dimension::MediaType);
        let bodies = operation.request_body().as_ref().map(RequestBody::media_types).unwrap_or_default();
        let bodies = self.contents(at, &request, &bodies, Direction::Request);
        let parameters = operation.parameters();
        let parameters = parameters.iter().filter_map(|it| self.parameter(at, it)).collect();
        OperationParts { item, parameters, bodies, responses }
    }

    fn response(&mut self, operation: u32, response: &Response<'_>) -> Option<ResponseParts> {
        let key = response.key();
        let place = Item { status: Some(key.to_string()), ..Item::of(Dimension::Status) };
        let item = self.item(operation, place.clone())?;
        let contents = self.contents(operation, &place, &response.media_types(), Direction::Response);
        Some(ResponseParts { key, item, contents })
    }

    fn contents(
        &mut self,
        operation: u32,
        place: &Item,
        media_types: &[MediaType<'_>],
        direction: Direction,
    ) -> Vec<ContentParts> {
        let mut found = Vec::new();
        for media_type in media_types {
            let range = media_type.range().to_owned();
            let item =
                Item { dimension: Dimension::MediaType, media_type: Some(range.clone()), ..place.clone() };
            let Some(number) = self.item(operation, item.clone()) else { break };
            let root = match (media_type.schema(), media_type.item_schema()) {
                (Some(schema), _) => Some(self.shapes.of(&[schema.into_owned()], direction)),
                // The items of a sequence are read as an array.
                (None, Some(schema)) => Some(self.shapes.of_elements(schema)),
                (None, None) => None,
            };
            let root = root.map(|shape| {
                let node = self.node(shape, None);
                self.queue.push_back(Waiting { node, operation, direction, place: item });
                node
            });
            found.push(ContentParts { range, item: number, root });
        }
        found
    }

    fn parameter(&mut self, operation: u32, parameter: &Parameter<'_>) -> Option<ParameterParts> {
        let place = Item {
            location: Some(parameter.location().as_str().to_owned()),
            parameter: Some(parameter.name().to_owned()),
            ..Item::of(Dimension::Parameter)
        };
        let item = self.item(operation, place.clone())?;
        let mut values = Vec::new();
        if let Some(schema) = parameter.schema() {
            let shape = self.shapes.of(&[schema.into_owned()], Direction::Request);
            let shape = Arc::clone(&self.shapes.list[shape]);
            self.values_of(operation, &place, &shape, "", &mut values);
            if !shape.elements.is_empty() {
                let inner = self.shapes.of(&shape.elements, Direction::Request);
                let inner = Arc::clone(&self.shapes.list[inner]);
                self.values_of(operation, &place, &inner, "[]", &mut values);
            }
        }
        Some(ParameterParts { item, values })
    }

    /// The values of a parameter, as text; those of its elements stand apart from its own.
    fn values_of(
        &mut self,
        operation: u32,
        place: &Item,
        shape: &Shape,
        path: &str,
        found: &mut Vec<(String, u32)>,
    ) {
        let mut values = shape.values.clone();
        if values.is_empty() && shape.is_boolean {
            values = vec![Value::Bool(true), Value::Bool(false)];
        }
        for value in values {
            let item = Item {
                dimension: Dimension::EnumValue,
                path: Some(path.to_owned()).filter(|path| !path.is_empty()),
                value: Some(value.to_string()),
                ..place.clone()
            };
            let Some(number) = self.item(operation, item) else { return };
            found.push((text_of(&value), number));
        }
    }

    fn node(&mut self, shape: usize, parent: Option<u32>) -> u32 {
        self.nodes.push(Node {
            shape: number(shape),
            parent,
            members: Vec::new(),
            elements: None,
            further: None,
            values: Vec::new(),
            choices: Vec::new(),
        });
        number(self.nodes.len() - 1)
    }

    /// Whether a node is of the same shape as one that it stands in: it is not gone into again.
    fn is_again(&self, node: u32) -> bool {
        let shape = self.nodes[node as usize].shape;
        let mut above = self.nodes[node as usize].parent;
        while let Some(index) = above {
            if self.nodes[index as usize].shape == shape {
                return true;
            }
            above = self.nodes[index as usize].parent;
        }
        false
    }

    /// Counts members, enum values and forms, level by level.
    fn expand(&mut self) {
        while let Some(waiting) = self.queue.pop_front() {
            if !self.is_again(waiting.node) && self.level(&waiting).is_none() {
                return;
            }
        }
    }

    /// Counts what stands in one node; `None` where the limit is reached.
    fn level(&mut self, waiting: &Waiting) -> Option<()> {
        let Waiting { node, operation, direction, place } = waiting;
        let (node, operation, direction) = (*node, *operation, *direction);
        let shape = Arc::clone(&self.shapes.list[self.nodes[node as usize].shape as usize]);
        let path = place.path.as_deref().unwrap_or_default();
        let member = match direction {
            Direction::Request => Dimension::RequestMember,
            Direction::Response => Dimension::ResponseMember,
        };
        for value in &shape.values {
            let item =
                Item { dimension: Dimension::EnumValue, value: Some(value.to_string()), ..place.clone() };
            let item = self.item(operation, item)?;
            self.nodes[node as usize].values.push(item);
        }
        for choice in &shape.choices {
            let mut items = Vec::new();
            for (name, _) in &choice.branches {
                let item = Item { dimension: Dimension::Branch, branch: Some(name.clone()), ..place.clone() };
                items.push(self.item(operation, item)?);
            }
            self.nodes[node as usize].choices.push(items);
        }
        for (name, schemas) in &shape.members {
            let below = Item { path: Some(member_path(path, name)), dimension: member, ..place.clone() };
            let item = self.item(operation, below.clone())?;
            let child = self.below(node, schemas, direction, operation, below);
            self.nodes[node as usize].members.push((item, child));
        }
        if !shape.elements.is_empty() {
            let below = Item { path: Some(element_path(path)), ..place.clone() };
            let child = self.below(node, &shape.elements, direction, operation, below);
            self.nodes[node as usize].elements = Some(child);
        }
        if !shape.further.is_empty() {
            let below = Item { path: Some(further_path(path)), dimension: member, ..place.clone() };
            let item = self.item(operation, below.clone())?;
            let child = self.below(node, &shape.further, direction, operation, below);
            self.nodes[node as usize].further = Some((item, child));
        }
        Some(())
    }

    fn below(
        &mut self,
        parent: u32,
        schemas: &[Pointer],
        direction: Direction,
        operation: u32,
        place: Item,
    ) -> u32 {
        let shape = self.shapes.of(schemas, direction);
        let node = self.node(shape, Some(parent));
        self.queue.push_back(Waiting { node, operation, direction, place });
        node
    }
}

/// What stands for an item that the limit left out.
pub(super) const NONE: u32 = u32::MAX;

/// A value of a parameter as it is sent.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Items, nodes and shapes are bounded by the limit, which is far below.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NONE)
}
